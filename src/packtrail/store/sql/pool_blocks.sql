-- Objects by positions of our own pools; see store/pool_blocks.py.

-- name: generation
select p.code, p.policy, g.sealed_key
  from serial_pool p join serial_generation g using (pool_id)
 where p.pool_id = %s and g.generation = %s

-- name: classes
-- With how many objects are known by name, and who made serials.
select c.class_id, c.class_key, c.next_seq, c.prefix_length, c.salt, c.names, array(
           select array[p.pool_id::bigint, g.generation, g.reached,
                        (extract(epoch from g.opened_at) * 1000000)::bigint]
             from serial_pool p join serial_generation g using (pool_id)
            where p.class_key = c.class_key and p.kind = 'sgtin' and p.source = 'made'
              and g.reached > 0
            order by p.pool_id, g.generation)
  from class c

-- name: is_used
select exists (select 1 from pool_block where pool_id = %s and generation = %s)

-- name: used
select distinct pool_id, generation from pool_block order by pool_id, generation

-- name: blocks_at
select class_id, seq_from, pool_id, generation, stretch, lo, hi, members from pool_block
 where class_id = any(%s::integer[]) and pool_id = any(%s::integer[])
   and generation = any(%s::integer[]) and stretch = any(%s::bigint[])

-- name: put_block
insert into pool_block (class_id, seq_from, pool_id, generation, stretch, lo, hi, members)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (class_id, seq_from) do update
   set lo = excluded.lo, hi = excluded.hi, members = excluded.members
