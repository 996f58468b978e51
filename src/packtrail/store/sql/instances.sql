-- name: classes
select c.class_id, c.class_key, c.next_seq, c.prefix_length, c.salt from class c

-- name: insert_classes
-- In the order of the keys, which the caller sorted: captures that meet wait, and never for each other.
insert into class (class_key, prefix_length, salt)
select * from unnest(%s::text[], %s::smallint[], %s::bigint[])
on conflict (class_key) do nothing

-- name: learn_prefix_length
update class set prefix_length = %s where class_id = %s and prefix_length is null

-- name: lock_classes
-- In the order of their numbers, so that captures that meet wait for each other without a ring.
select class_id, next_seq from class where class_id = any(%s::integer[])
 order by class_id for update

-- name: advance_classes
update class c set next_seq = n.next_seq, names = c.names + n.named
  from unnest(%s::integer[], %s::integer[], %s::integer[]) as n (class_id, next_seq, named)
 where c.class_id = n.class_id

-- name: blocks_by_key
select class_id, seq_from, serials from name_block
 where class_id = any(%s::integer[]) and keys && %s::bigint[]

-- name: blocks_from
select class_id, seq_from, serials from name_block
 where class_id = %s and seq_from >= %s
 order by seq_from

-- name: insert_block
insert into name_block (class_id, seq_from, keys, serials, prefix_lengths)
values (%s, %s, %s, %s, %s)
