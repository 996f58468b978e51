-- name: classes_locked
lock table serial_class in share row exclusive mode

-- name: insert_class
insert into serial_class (class_key, owner_id) values (%s, %s)
on conflict (class_key) do nothing

-- name: class_locked
select serial_class_id, class_key, owner_id from serial_class where class_key = %s for update

-- name: classes_like
select serial_class_id, class_key, owner_id from serial_class
 where starts_with(class_key, %(key)s) or starts_with(%(key)s, class_key)

-- name: insert_pool
insert into serial_pool (owner_id, audience_id, code, kind, class_key, serial_class_id, policy,
                         source, parent_id, issued_max, beside_ids, beside, low_water, top_up_to,
                         drawn_per_day_max, unused_for_days, market, created_at, created_by)
values (%(owner_id)s, %(audience_id)s, %(code)s, %(kind)s, %(class_key)s, %(serial_class_id)s,
        %(policy)s, %(source)s, %(parent_id)s, %(issued_max)s, %(beside_ids)s, %(beside)s,
        %(low_water)s, %(top_up_to)s, %(drawn_per_day_max)s, %(unused_for_days)s, %(market)s,
        %(created_at)s, %(created_by)s)
on conflict do nothing
returning pool_id

-- name: pools
select p.pool_id, p.owner_id, o.code as owner, p.audience_id, p.code, p.kind, p.class_key,
       p.serial_class_id, p.policy, p.source, p.parent_id, parent.code as parent, p.issued_max,
       p.beside_ids, p.beside, p.low_water, p.top_up_to, p.drawn_per_day_max, p.unused_for_days,
       p.market, p.created_at, p.created_by, p.closed_at, p.held_since, p.generation, p.entries, p.issued,
       p.stocked, p.stock_end, p.drawn, p.used, p.returned, p.voided, p.expired
  from serial_pool p
  join organisation o on o.organisation_id = p.owner_id
  left join serial_pool parent on parent.pool_id = p.parent_id

-- name: change_pool
update serial_pool
   set low_water = %(low_water)s, top_up_to = %(top_up_to)s,
       drawn_per_day_max = %(drawn_per_day_max)s, unused_for_days = %(unused_for_days)s
 where pool_id = %(pool_id)s

-- name: close_pool
update serial_pool set closed_at = %s where pool_id = %s

-- name: hold_pools
update serial_pool set held_since = %s where closed_at is null

-- name: release_pool
update serial_pool set held_since = null where pool_id = %s

-- name: count
update serial_pool
   set entries = entries + %(entries)s, issued = issued + %(allocated)s,
       stocked = stocked + %(stocked)s, stock_end = greatest(stock_end, %(stock_end)s),
       used = used + %(used)s, returned = returned + %(returned)s,
       voided = voided + %(void)s, expired = expired + %(expired)s
 where pool_id = %(pool_id)s

-- name: count_drawn
update serial_pool set drawn = drawn + %s where pool_id = %s

-- name: insert_generation
insert into serial_generation (pool_id, generation, sealed_key, opened_at) values (%s, %s, %s, %s)

-- name: close_generation
update serial_generation set closed_at = %s where pool_id = %s and generation = %s

-- name: use_generation
update serial_pool set generation = %s where pool_id = %s

-- name: reach
update serial_generation set reached = %s where pool_id = %s and generation = %s

-- name: generations
select generation, sealed_key, reached, opened_at, closed_at from serial_generation
 where pool_id = %s order by generation

-- name: all_sealed
select pool_id, generation, sealed_key from serial_generation where sealed_key is not null
 order by pool_id, generation for update

-- name: reseal
update serial_generation set sealed_key = %s where pool_id = %s and generation = %s

-- name: has_keys
select exists (select 1 from serial_generation where sealed_key is not null)
    or exists (select 1 from serial_signer)

-- name: owners_of_keys
select distinct p.owner_id from serial_generation g join serial_pool p using (pool_id)
 where g.sealed_key is not null
union
select organisation_id from serial_signer

-- name: drawn_from
select coalesce(sum(stocked), 0) from serial_pool where parent_id = %s
