-- name: insert_entries
insert into serial_entry (pool_id, entry_no, kind, generation, ranges, asked, count,
                          organisation_id, request_id, party, purpose, at, actor_kind, actor_id,
                          actor_name, expires_at, from_entry)
select pool_id, entry_no, kind, generation, ranges, asked, count, organisation_id, request_id,
       party, purpose, at, actor_kind, actor_id, actor_name, expires_at, from_entry
  from json_to_recordset(%s) as r (
       pool_id integer, entry_no bigint, kind text, generation integer, ranges int8multirange,
       asked bigint, count bigint, organisation_id integer, request_id text, party text,
       purpose text, at timestamptz, actor_kind text, actor_id text, actor_name text,
       expires_at timestamptz, from_entry bigint)

-- name: entries
select e.pool_id, e.entry_no, e.kind, e.generation, e.ranges, e.asked, e.count, e.organisation_id,
       e.request_id, e.party, e.purpose, e.at, e.actor_kind, e.actor_id, e.actor_name, e.expires_at,
       e.from_entry
  from serial_entry e

-- name: allocations_of
select distinct e.pool_id, e.entry_no, e.kind, e.generation, e.ranges, e.asked, e.count,
       e.organisation_id, e.request_id, e.party, e.purpose, e.at, e.actor_kind, e.actor_id,
       e.actor_name, e.expires_at, e.from_entry
  from unnest(%(los)s::bigint[], %(his)s::bigint[]) run (lo, hi)
  join serial_entry e
    on e.pool_id = %(pool_id)s and e.kind = 'allocated' and e.generation = %(generation)s
   and e.lo < run.hi
   and e.lo >= (select max(b.lo) from serial_entry b
                 where b.pool_id = %(pool_id)s and b.kind = 'allocated'
                   and b.generation = %(generation)s and b.lo <= run.lo)
   and e.hi > run.lo
 order by e.entry_no

-- name: insert_settled
insert into serial_settled (pool_id, allocation_no, entry_no, ranges, count)
values (%(pool_id)s, %(allocation_no)s, %(entry_no)s, %(ranges)s, %(count)s)

-- name: settled
select s.allocation_no, s.entry_no, e.kind, e.request_id, s.ranges, s.count
  from serial_settled s join serial_entry e on e.pool_id = s.pool_id and e.entry_no = s.entry_no
 where s.pool_id = %s and s.allocation_no = any(%s)
 order by s.allocation_no, s.entry_no

-- name: settled_after
select distinct allocation_no from serial_settled
 where pool_id = %s and allocation_no > %s order by allocation_no limit %s

-- name: segments
select e.lo, e.hi, a.generation, a.lo as start
  from serial_entry e
  join serial_pool p on p.pool_id = e.pool_id
  join serial_entry a on a.pool_id = p.parent_id and a.entry_no = e.from_entry
 where e.pool_id = %(pool_id)s and e.kind = 'stocked' and e.hi > %(lo)s and e.lo < %(hi)s
 order by e.lo

-- name: drawn_since
select coalesce(sum(count), 0) from serial_entry
 where pool_id = %s and kind = 'stocked' and at > %s and actor_id = %s

-- name: expire_later
insert into serial_expiry (pool_id, entry_no, expires_at) values (%s, %s, %s)

-- name: due
select expires_at, pool_id, entry_no from serial_expiry
 where expires_at <= %(at)s
   and (%(when)s::timestamptz is null
        or (expires_at, pool_id, entry_no) > (%(when)s, %(pool)s, %(entry)s))
 order by expires_at, pool_id, entry_no limit %(limit)s

-- name: expired
delete from serial_expiry where pool_id = %s and entry_no = %s

-- name: consumption
select pool_id, (at at time zone 'UTC')::date, sum(count)
  from serial_entry where pool_id = any(%s) and kind = 'allocated' and at >= %s
 group by 1, 2
