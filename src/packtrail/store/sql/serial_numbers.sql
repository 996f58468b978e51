-- name: one_like
select serial from serial_number
 where serial_class_id = %s and length(serial) = %s and serial ~ %s limit 1

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
