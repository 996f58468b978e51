-- name: one_like
select serial from serial_number
 where serial_class_id = %s and length(serial) = %s and serial ~ %s limit 1

-- name: count_like
select count(*) from serial_number n join serial_pool p on p.pool_id = n.pool_id
 where n.serial_class_id = %s and length(n.serial) = %s and n.serial ~ %s
   and (not %s or n.position < p.issued)

-- name: between
select serial from serial_number where pool_id = %s and position >= %s and position < %s
 order by position

-- name: positions
select serial, position from serial_number where pool_id = %s and serial = any(%s)

-- name: count_between
select count(*), count(distinct serial) from serial_number
 where pool_id = %s and position >= %s and position < %s

-- name: secrets
select lo, hi, sealed from serial_secret where pool_id = %s and hi > %s and lo < %s order by lo

-- name: insert_secret
insert into serial_secret (pool_id, lo, hi, sealed) values (%s, %s, %s, %s)

-- name: copy_numbers
copy serial_number (serial_class_id, serial, pool_id, position) from stdin

-- name: make_drafts
create temporary table serial_draft (row_no bigint not null, serial text not null) on commit drop

-- name: copy_drafts
copy serial_draft (row_no, serial) from stdin

-- name: known_drafts
select d.row_no, d.serial, p.code
  from serial_draft d
  join serial_number n on n.serial_class_id = %s and n.serial = d.serial
  join serial_pool p on p.pool_id = n.pool_id
 order by d.row_no limit %s

-- name: double_drafts
select row_no, serial, first_row
  from (select row_no, serial, min(row_no) over (partition by serial) as first_row
          from serial_draft) d
 where row_no <> first_row order by row_no limit %s
