-- name: count
select count(*), coalesce(sum(event_count), 0) from segment
 where segment_id >= %s and segment_id < %s

-- name: segments
select segment_id, capture_id::text, owner_id, audience_id, record_time, time_from, time_until,
       event_count, object_count, part_no, is_error_declaration, empties, time_zone_offset, type,
       action, biz_step, disposition, read_point, biz_location, lot, expires, links, facts, template,
       columns
  from segment
 where segment_id >= %s and segment_id < %s
 order by segment_id

-- name: captures
select capture_id::text, owner_id, created_at, media_type, filename, size_bytes, sha256, segment_from,
       segment_until
  from capture
 where capture_id >= %s and capture_id < %s
 order by capture_id

-- name: originals
select capture_id::text, part_no, kind, content from original
 where capture_id >= %s and capture_id < %s
 order by capture_id, part_no

-- name: record_times
select min(record_time), max(record_time) from segment where segment_id >= %s and segment_id < %s

-- name: months
select m.first_day, m.made_at, m.closed_at, m.exported_at, m.verified_at, m.dropped_at, m.destroyed_at,
       m.manifest_sha256, m.manifest
  from month m
 order by m.first_day

-- name: lock_month
select first_day, made_at, closed_at, exported_at, verified_at, dropped_at, destroyed_at, manifest_sha256,
       manifest
  from month where first_day = %s for update

-- name: set_closed
update month set closed_at = %(at)s where first_day = %(day)s

-- name: set_exported
update month
   set exported_at = %(at)s, manifest_sha256 = %(sha256)s, manifest = %(manifest)s, verified_at = null
 where first_day = %(day)s

-- name: set_verified
update month set verified_at = %(at)s where first_day = %(day)s

-- name: set_dropped
update month set dropped_at = %(at)s where first_day = %(day)s

-- name: set_destroyed
update month set destroyed_at = %(at)s where first_day = %(day)s

-- name: documents_from_before
select exists (
    select 1 from capture
     where capture_id < %(first)s and segment_until > %(low)s and segment_from < %(high)s)

-- name: documents
select count(*) from (
    select 1 from capture
     where capture_id >= %(low)s and capture_id < %(high)s limit %(most)s) as came

-- name: unfinished
select count(*) from capture where is_running and capture_id >= %s and capture_id < %s

-- name: last_expiry
-- From what names no month, such as "unknown", nothing can be counted; as a text it may be the last.
select max(expires) from segment where segment_id >= %s and segment_id < %s
   and expires ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])'

-- name: last_expiry_until
select max(expires) from segment where segment_id < %s
   and expires ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])'

-- name: erase_posting
delete from posting where segment_id >= %s and segment_id < %s

-- name: erase_touch
delete from touch where segment_id >= %s and segment_id < %s

-- name: erase_segment_value
delete from segment_value where segment_id >= %s and segment_id < %s

-- name: erase_event_key
delete from event_key where segment_id >= %s and segment_id < %s

-- name: erase_retold
delete from retold where segment_id >= %s and segment_id < %s

-- name: make_beside
create table {beside} (like {table} including defaults including storage including comments)

-- name: keep_segments
insert into {beside}
select segment_id, capture_id, owner_id, audience_id, record_time, time_from, time_until, event_count,
       object_count, part_no, is_error_declaration, empties, time_zone_offset, type, action, biz_step,
       disposition, read_point, biz_location, lot, expires, links, facts, ''::bytea, %s
  from {partition}

-- name: keep_originals
insert into {beside} select capture_id, part_no, 3::smallint, %s from {partition}

-- name: copy_in
copy {beside} ({columns}) from stdin

-- name: take_away
alter table {table} detach partition {partition}

-- name: drop_partition
drop table {partition}

-- name: rename
alter table {beside} rename to {partition}

-- name: some_segments
select segment_id from segment
 where segment_id >= %s and segment_id < %s
 order by segment_id %% 977, segment_id limit %s

-- name: some_captures
select distinct capture_id::text from original where capture_id >= %s and capture_id < %s limit %s
