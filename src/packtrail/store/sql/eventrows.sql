-- name: segments_of_keys
select event_id, segment_id from event_key where event_id = any(%(keys)s::bigint[])

-- name: recorded
select event_id, segment_id from event_key where event_id = any(%(keys)s::bigint[])
union all
select event_id, segment_id from retold where event_id = any(%(keys)s::bigint[])
