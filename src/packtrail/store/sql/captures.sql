-- name: same_document
-- Of large documents only, see the index: small ones are told by their events as fast.
select event_count from capture
 where sha256 = %s and size_bytes >= 1000000 and owner_id = %s and audience_id = %s
   and not is_running and is_success and event_count > 0
   and stored_count + repeated_count = event_count
 limit 1

-- name: last_owner
select owner_id from capture order by capture_id desc limit 1
