-- name: insert
insert into original (capture_id, part_no, kind, content) values (%s, %s, %s, %s)

-- name: delete
delete from original where capture_id = %s

-- name: part_numbers
select part_no from original where capture_id = %s order by part_no

-- name: part
select kind, content from original where capture_id = %s and part_no = %s

-- name: capture
select sha256, segment_from, segment_until from capture where capture_id = %s

-- name: segments
select segment_id from segment
 where segment_id >= %s and segment_id < %s and capture_id = %s and part_no = %s
 order by segment_id
