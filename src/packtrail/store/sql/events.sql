-- name: count
select coalesce(sum(event_count), 0)::bigint from segment where audience_id = any(%s)

-- name: members
select distinct organisation_id from audience_member where audience_id = any(%s)

-- name: namespaces_of_prefixes
select prefix, namespace from namespace_prefix where prefix = any(%s)

-- name: spans
select segment_from, segment_until from capture
 where capture_id = any(%s::uuid[]) and segment_from is not null

-- name: segments_of_keys
select segment_id from event_key where event_id = any(%(keys)s)
union
select segment_id from retold where event_id = any(%(keys)s)

-- name: order_values
-- One row a segment that has the field: a number goes before a text, the least of several counts.
select segment_id, min(number) as number, min(text collate "C") as text
  from segment_value
 where name = any(:names) and audience_id = any(:aud)
 group by segment_id
