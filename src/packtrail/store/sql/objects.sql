-- name: class_ids
select class_key, class_id from class where class_key = any(%s)

-- name: class_rows
-- With the generations of our pools that made serials of them; see store/keyring.py.
select c.class_id, c.class_key, c.prefix_length, c.salt, c.names, array(
           select array[p.pool_id::bigint, g.generation, g.reached,
                        (extract(epoch from g.opened_at) * 1000000)::bigint]
             from serial_pool p join serial_generation g using (pool_id)
            where p.class_key = c.class_key and p.kind = 'sgtin' and p.source = 'made'
              and g.reached > 0
            order by p.pool_id, g.generation)
  from class c

-- name: blocks_by_key
-- By name, or by the positions that serials may have.
select seq_from, serials, prefix_lengths, null::integer as pool_id, null::integer as generation,
       null::bigint as stretch, null::smallint as lo, null::smallint as hi, null::bytea as members
  from name_block
 where class_id = %(class_id)s and keys && %(keys)s::bigint[]
union all
select seq_from, null, null, pool_id, generation, stretch, lo, hi, members
  from pool_block
 where class_id = %(class_id)s and pool_id = any(%(pools)s::integer[])
   and generation = any(%(generations)s::integer[]) and stretch = any(%(stretches)s::bigint[])

-- name: block_of_key
-- By one name. Told twice, the key counts as rare enough for the planner to ask the index of keys
-- alone, and not to read the numbers of all blocks of the class beside it.
select seq_from, serials, prefix_lengths
  from name_block
 where class_id = %(class_id)s and keys && %(keys)s::bigint[] and keys @> %(keys)s::bigint[]

-- name: block_before
-- The block that holds an object known by name, if it goes as far as that.
select seq_from, serials, prefix_lengths
  from name_block
 where class_id = %(class_id)s and seq_from <= %(seq)s
 order by seq_from desc limit 1

-- name: blocks_between
select seq_from, serials, prefix_lengths, null::integer as pool_id, null::integer as generation,
       null::bigint as stretch, null::smallint as lo, null::smallint as hi, null::bytea as members
  from name_block
 where class_id = %(class_id)s and seq_from between %(first_name)s and %(highest)s
union all
select seq_from, null, null, pool_id, generation, stretch, lo, hi, members
  from pool_block
 where class_id = %(class_id)s and seq_from between %(first_position)s and %(highest)s

-- name: blocks_of_seqs
select seq_from, serials, prefix_lengths, null::integer as pool_id, null::integer as generation,
       null::bigint as stretch, null::smallint as lo, null::smallint as hi, null::bytea as members
  from name_block
 where class_id = %(class_id)s
   and seq_from in (select (select max(b.seq_from) from name_block b
                             where b.class_id = %(class_id)s and b.seq_from <= s.seq)
                      from unnest(%(seqs)s::integer[]) as s (seq))
union all
select seq_from, null, null, pool_id, generation, stretch, lo, hi, members
  from pool_block
 where class_id = %(class_id)s and seq_from = any(%(starts)s::integer[])

-- name: segments_naming_key
-- The block of one name, and the segments that may name its object, as below; the block comes with
-- each. Keys lie in the order of the serials, so that the place of one tells the number. Two serials
-- may have one key: whether the block has the right one at that place, its serials tell.
with block as materialized (
    select seq_from, seq_from + array_position(keys, (%(keys)s::bigint[])[1]) - 1 as seq, serials,
           prefix_lengths
      from name_block
     where class_id = %(class_id)s and keys && %(keys)s::bigint[] and keys @> %(keys)s::bigint[]
)
select b.seq_from, b.seq, b.serials, b.prefix_lengths, :columns
  from (select block.*, t.segment_id
          from block join touch t on t.seq = block.seq
         where t.class_id = %(class_id)s and t.audience_id = any(%(audience_ids)s)
        union all
        select block.*, p.segment_id
          from block join posting p on p.block = block.seq >> 12
         where p.class_id = %(class_id)s and p.audience_id = any(%(audience_ids)s)
           and p.lo <= block.seq & 4095 and p.hi >= block.seq & 4095
           and (p.members is null
                or case get_byte(p.members, 0)
                   when 1 then get_bit(p.members, 8 + (block.seq & 4095) - p.lo) = 1
                   else position(set_byte(set_byte('\x0000', 0, block.seq & 255),
                                          1, block.seq >> 8 & 15)
                                 in substring(p.members from 2)) > 0 end)) b
  join segment e on e.segment_id = b.segment_id
 where e.audience_id = any(%(audience_ids)s)

-- name: segments_naming
-- The segments that may name one object: touches of it, and postings that hold it. A list of members
-- is searched octet by octet, so that a segment may come that does not name it; its columns tell.
-- Those that are known already do not come; one that names the object in two roles comes twice.
select :columns
  from (select segment_id from touch
         where class_id = %(class_id)s and seq = %(seq)s and audience_id = any(%(audience_ids)s)
        union all
        select segment_id from posting
         where class_id = %(class_id)s and block = %(block)s
           and audience_id = any(%(audience_ids)s) and lo <= %(lane)s and hi >= %(lane)s
           and (members is null
                or case get_byte(members, 0)
                   when 1 then get_bit(members, 8 + %(lane)s - lo) = 1
                   else position(%(octets)s in substring(members from 2)) > 0 end)) s
  join segment e on e.segment_id = s.segment_id
 where s.segment_id <> all(%(known)s) and e.audience_id = any(%(audience_ids)s)

-- name: sightings
-- Touches, then the postings that may name one of the seqs, by the spans of lanes that these lie in:
-- one comes again with each span that it reaches into. Whether it names one, its members tell.
select seq, segment_id, role, null::smallint as lo, null::smallint as hi, null::bytea as members
  from touch
 where class_id = %(class_id)s and seq = any(%(seqs)s::integer[])
   and audience_id = any(%(audience_ids)s::integer[])
union all
select p.block, p.segment_id, p.role, p.lo, p.hi, p.members
  from unnest(%(blocks)s::integer[], %(firsts)s::integer[], %(lasts)s::integer[])
       as span (block, first, last)
  join posting p on p.block = span.block and p.lo <= span.last and p.hi >= span.first
 where p.class_id = %(class_id)s and p.audience_id = any(%(audience_ids)s::integer[])

-- name: segments_of_class
select p.segment_id from posting p
 where p.class_id = any(:classes) and p.role = any(:roles) and p.audience_id = any(:aud)
union all
select t.segment_id from touch t
 where t.class_id = any(:classes) and t.role = any(:roles) and t.audience_id = any(:aud)

-- name: class_ids_like
select class_id from class
 where class_key like %(classes)s
   and (%(length)s::integer is null or prefix_length is null or prefix_length = %(length)s)

-- name: classes_like
select class_id, prefix_length from class where class_key like %s

-- name: blocks_of_class
(select seq_from, serials, prefix_lengths, null::integer as pool_id, null::integer as generation,
        null::bigint as stretch, null::smallint as lo, null::smallint as hi, null::bytea as members
   from name_block
  where class_id = %(class_id)s and seq_from > %(after)s order by seq_from limit %(limit)s)
union all
(select seq_from, null, null, pool_id, generation, stretch, lo, hi, members
   from pool_block
  where class_id = %(class_id)s and seq_from > %(after)s order by seq_from limit %(limit)s)
 order by seq_from limit %(limit)s

-- name: blocks_after
(select class_id, seq_from, serials, null::smallint as lo, null::smallint as hi,
        null::bytea as members
   from name_block
  where (class_id, seq_from) > (%(class_id)s, %(after)s)
  order by class_id, seq_from limit %(limit)s)
union all
(select class_id, seq_from, null, lo, hi, members
   from pool_block
  where (class_id, seq_from) > (%(class_id)s, %(after)s)
  order by class_id, seq_from limit %(limit)s)
 order by class_id, seq_from limit %(limit)s

-- name: touching
-- Postings of blocks, then touches of single objects in spans of numbers; which of a block a posting
-- names, its members tell.
select segment_id, block, lo, hi, members
  from posting
 where class_id = %(class_id)s and block = any(%(blocks)s::integer[])
   and audience_id = any(%(audience_ids)s::integer[]) and role = any(%(roles)s::integer[])
union all
select t.segment_id, t.seq, null, null, null
  from unnest(%(firsts)s::integer[], %(lasts)s::integer[]) as span (first, last)
  join touch t on t.seq between span.first and span.last
 where t.class_id = %(class_id)s
   and t.audience_id = any(%(audience_ids)s::integer[]) and t.role = any(%(roles)s::integer[])
