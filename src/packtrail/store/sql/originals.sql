-- name: insert
insert into original (capture_id, part_no, kind, content) values (%s, %s, %s, %s)

-- name: parts
select kind, content from original where capture_id = %s order by part_no
