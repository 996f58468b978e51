-- What one document brought: its own events, or those of earlier documents that it repeats.

-- name: captured
select segment_from, segment_until from capture where capture_id = %s

-- name: own
select segment_id, event_count, object_count, time_from, time_until, type, action, biz_step, lot,
       expires, links, is_error_declaration
  from segment
 where segment_id >= %s and segment_id < %s and capture_id = %s and audience_id = any(%s)

-- name: segments_of_keys
select segment_id from event_key where event_id = any(%(keys)s)
union
select segment_id from retold where event_id = any(%(keys)s)
