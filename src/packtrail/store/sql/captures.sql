-- name: insert
insert into capture (capture_id, owner_id, audience_id, actor_kind, actor_id, actor_name,
                     error_behaviour, created_at, media_type, filename, size_bytes, sha256,
                     is_running, phase, progress, finished_at, is_success, event_count,
                     stored_count, repeated_count, findings, segment_from, segment_until)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: same_document
-- Of large documents only, see the index: small ones are told by their events as fast. All events must
-- have been recorded with the document itself: then its segments tell whether they are still there.
select event_count, segment_from, segment_until from capture
 where sha256 = %s and size_bytes >= 1000000 and owner_id = %s and audience_id = %s
   and not is_running and is_success and event_count > 0 and stored_count = event_count
   and segment_from is not null
 order by capture_id desc limit 1

-- name: last_owner
select owner_id from capture order by capture_id desc limit 1

-- name: claim
select 1 from capture where capture_id = %s and is_running for update skip locked
