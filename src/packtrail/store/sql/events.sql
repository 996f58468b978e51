-- name: select_events
select e.event_id, e.identity, e.event_time, e.record_time, e.capture_id, e.owner_id, e.body:more

-- name: count
select count(*) from event where audience_id = any(%s)

-- name: members
select distinct organisation_id from audience_member where audience_id = any(%s)

-- name: namespaces_of_prefixes
select prefix, namespace from namespace_prefix where prefix = any(%s)

-- name: order_values
-- One row an event that has the field: a number goes before a text, the least of several counts.
select event_id, min(number) as number, min(text collate "C") as text
  from event_value
 where name = any(:names) and audience_id = any(:aud)
 group by event_id
