-- name: in_scope
 where audience_id = any(%(audience_ids)s) and not is_error_declaration
   and (%(as_of)s::timestamptz is null or time_from <= %(as_of)s::timestamptz)
   and (%(as_known_at)s::timestamptz is null or record_time <= %(as_known_at)s::timestamptz)

-- name: declaring_error
 where is_error_declaration
   and (%(as_known_at)s::timestamptz is null or record_time <= %(as_known_at)s::timestamptz)

-- name: class_sizes
select class_id, next_seq from class where next_seq > 0 order by class_id

-- name: classes
select class_id, class_key, prefix_length, next_seq from class order by class_key

-- name: older_segments
select count(*), coalesce(sum(segment_id), 0)::numeric from segment where segment_id < %(low)s

-- name: newer_segments
select segment_id from segment where segment_id >= %(low)s order by segment_id

-- name: told_since
-- Who declares an event wrong tells everybody who sees the event.
 where segment_id = any(%(segment_ids)s::bigint[])
   and (audience_id = any(%(audience_ids)s) or is_error_declaration)
