-- name: insert
insert into notice (owner_id, audience_id, kind, gtin, lot, serial, market, effective_at,
                    recorded_at, reason, expires_on, retracts, actor_kind, actor_id, actor_name)
values (%(owner_id)s, %(audience_id)s, %(kind)s, %(gtin)s, %(lot)s, %(serial)s, %(market)s,
        %(effective_at)s, %(recorded_at)s, %(reason)s, %(expires_on)s, %(retracts)s,
        %(actor_kind)s, %(actor_id)s, %(actor_name)s)
returning notice_no

-- name: lock
-- Whoever adds a notice waits for others who do: two recalls of one lot at once would both be made.
lock table notice in share row exclusive mode

-- name: of_products_and_lots
-- Notices, and a row without a number for each product of which events name lots as a whole; most
-- have none.
select notice_no, kind, gtin, lot, serial, market, effective_at, recorded_at, reason, expires_on,
       retracts, actor_name
  from notice
 where gtin = any(%(gtins)s) and audience_id = any(%(audience_ids)s)
union all
select null, null, substr(class_key, 7), null, null, null, null, null, null, null, null, null
  from class
 where class_key = any(%(class_keys)s)
 order by notice_no

-- name: newest
select notice_no, kind, gtin, lot, serial, market, effective_at, recorded_at, reason, expires_on,
       retracts, actor_name
  from notice
 where audience_id = any(%(audience_ids)s)
   and (%(before)s::bigint is null or notice_no < %(before)s)
 order by notice_no desc limit %(limit)s

-- name: by_no
select notice_no, kind, gtin, lot, serial, market, effective_at, recorded_at, reason, expires_on,
       retracts, actor_name
  from notice
 where notice_no = %s and audience_id = any(%s)

-- name: is_retracted
select exists (select 1 from notice where retracts = %s)
