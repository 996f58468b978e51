-- name: stored_events
select event_id, identity, content_hash, record_time, capture_id from event where event_id = any(%s)

-- name: body
select body from event where event_id = %s

-- name: copy_events
copy event (
    event_id, owner_id, audience_id, record_time, capture_id, ordinal, parent_class_id, parent_seq,
    content_hash, body, facts,
    event_time, time_zone_offset, is_error_declaration, empties, identity, type, action, biz_step,
    disposition, read_point, biz_location, epc_count, output_count, lot, expires, links
) from stdin (format binary)

-- name: copy_postings
copy posting (class_id, block, event_id, event_time, audience_id, role, lo, hi, members)
from stdin (format binary)

-- name: copy_touches
copy touch (class_id, seq, event_id, event_time, audience_id, role) from stdin (format binary)

-- name: newest_record_time
select record_time from event order by record_time desc limit 1
