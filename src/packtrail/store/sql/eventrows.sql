-- name: by_key
select event_id, owner_id, event_time, record_time, capture_id, ordinal, epc_count, output_count,
       parent_class_id, parent_seq, is_error_declaration, empties, identity, time_zone_offset, type,
       action, biz_step, disposition, read_point, biz_location, lot, expires, links
  from event
 where event_id = any(%s)

-- name: declarations
select owner_id, identity from event
 where event_id = any(%s) and is_error_declaration
   and (%s::timestamptz is null or record_time <= %s::timestamptz)
