-- name: classes_by_key
select class_id, class_key, next_seq, prefix_length from class where class_key = any(%s)

-- name: insert_classes
-- In the order of the keys, which the caller sorted: captures that meet wait, and never for each other.
insert into class (class_key, prefix_length)
select * from unnest(%s::text[], %s::smallint[])
on conflict (class_key) do nothing

-- name: learn_prefix_length
update class set prefix_length = %s where class_id = %s and prefix_length is null

-- name: lock_class
select next_seq from class where class_id = %s for update

-- name: advance_class
update class set next_seq = %s where class_id = %s

-- name: seqs_by_serial
select serial, seq from instance where class_id = %s and serial = any(%s)

-- name: copy_instances
copy instance (class_id, seq, prefix_length, serial) from stdin (format binary)
