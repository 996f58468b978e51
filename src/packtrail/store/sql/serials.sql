-- name: lock_owner
select 1 from organisation where organisation_id = %s for update

-- name: insert_pool
insert into serial_pool (owner_id, audience_id, code, kind, class_key, policy, low_water,
                         created_at, created_by)
values (%(owner_id)s, %(audience_id)s, %(code)s, %(kind)s, %(class_key)s, %(policy)s, %(low_water)s,
        %(created_at)s, %(created_by)s)
on conflict do nothing
returning pool_id

-- name: pools
select p.pool_id, p.owner_id, o.code as owner, p.code, p.kind, p.class_key, p.policy, p.low_water,
       p.created_at, p.created_by, p.generation, p.entries, p.issued, p.returned, p.voided
  from serial_pool p join organisation o on o.organisation_id = p.owner_id

-- name: insert_generation
insert into serial_generation (pool_id, generation, sealed_key, opened_at) values (%s, %s, %s, %s)

-- name: close_generation
update serial_generation set closed_at = %s where pool_id = %s and generation = %s

-- name: use_generation
update serial_pool set generation = %s where pool_id = %s

-- name: generations
select generation, sealed_key, reached, opened_at, closed_at from serial_generation
 where pool_id = %s order by generation

-- name: has_keys
select exists (select from serial_generation where sealed_key is not null)

-- name: entries
select entry_no, kind, generation, ranges, asked, count, request_id, party, purpose, at,
       actor_kind, actor_id, actor_name
  from serial_entry where pool_id = %(pool_id)s

-- name: append_allocated
with counted as (
    update serial_pool set entries = entries + 1, issued = issued + %(count)s
     where pool_id = %(pool_id)s
), reached as (
    update serial_generation set reached = upper(%(ranges)s::int8multirange)
     where pool_id = %(pool_id)s and generation = %(generation)s
)
insert into serial_entry (pool_id, entry_no, kind, generation, ranges, asked, count, request_id,
                          party, purpose, at, actor_kind, actor_id, actor_name)
values (%(pool_id)s, %(entry_no)s, %(kind)s, %(generation)s, %(ranges)s, %(asked)s, %(count)s,
        %(request_id)s, %(party)s, %(purpose)s, %(at)s, %(actor_kind)s, %(actor_id)s,
        %(actor_name)s)

-- name: append_withdrawn
with counted as (
    update serial_pool
       set entries = entries + 1,
           returned = returned + case when %(kind)s = 'returned' then %(count)s else 0 end,
           voided = voided + case when %(kind)s = 'void' then %(count)s else 0 end
     where pool_id = %(pool_id)s
)
insert into serial_entry (pool_id, entry_no, kind, generation, ranges, asked, count, request_id,
                          party, purpose, at, actor_kind, actor_id, actor_name)
values (%(pool_id)s, %(entry_no)s, %(kind)s, %(generation)s, %(ranges)s, %(asked)s, %(count)s,
        %(request_id)s, %(party)s, %(purpose)s, %(at)s, %(actor_kind)s, %(actor_id)s,
        %(actor_name)s)
