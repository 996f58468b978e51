-- name: insert_keys
-- In the order of the keys: captures that meet wait for each other, and never in a ring.
insert into event_key (event_id, segment_id)
select * from unnest(%s::bigint[], %s::bigint[])
on conflict (event_id) do nothing
returning event_id

-- name: insert_new_keys
-- In the order of the keys, too. Of a large document it is sooner to find out that one is taken.
insert into event_key (event_id, segment_id)
select * from unnest(%s::bigint[], %s::bigint[])

-- name: segments_of_keys
select event_id, segment_id from event_key where event_id = any(%s::bigint[])

-- name: audiences_of_retold
select event_id, audience_id from retold where event_id = any(%s::bigint[])

-- name: insert_retold
insert into retold (event_id, segment_id, audience_id)
select event_id, segment_id, %s from unnest(%s::bigint[], %s::bigint[]) as t (event_id, segment_id)

-- name: insert_segment
insert into segment (
    segment_id, capture_id, owner_id, audience_id, record_time, time_from, time_until, event_count,
    object_count, part_no, is_error_declaration, empties, time_zone_offset, type, action, biz_step,
    disposition, read_point, biz_location, lot, expires, links, facts, template, columns
) values (
    %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
)

-- name: insert_postings
-- No octets stand for all from lo to hi.
insert into posting (segment_id, class_id, block, audience_id, role, lo, hi, members)
select segment_id, class_id, block, audience_id, role, lo, hi, nullif(members, '')
  from unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[], %s::smallint[],
              %s::smallint[], %s::smallint[], %b::bytea[])
       as t (segment_id, class_id, block, audience_id, role, lo, hi, members)

-- name: insert_touches
insert into touch (segment_id, class_id, seq, audience_id, role)
select * from unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[], %s::smallint[])

-- name: announce
-- A lock that nobody waits for: its name is a time, which others read in pg_locks while it is held.
select pg_advisory_xact_lock_shared(%s)

-- name: newest_record_time
select record_time from segment order by segment_id desc limit 1
