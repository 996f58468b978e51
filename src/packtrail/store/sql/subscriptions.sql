-- name: insert_query
insert into named_query (organisation_id, name, definition, params, prefixes, created_at,
                         created_by)
values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing

-- name: queries
select name, definition, params, prefixes, created_at from named_query
 where organisation_id = %s and name > %s order by name limit %s

-- name: query
select name, definition, params, prefixes, created_at from named_query
 where organisation_id = %s and name = %s

-- name: delete_query
delete from named_query where organisation_id = %s and name = %s

-- name: end_subscriptions
delete from subscription where organisation_id = %s and query_name = %s

-- name: insert
insert into subscription (organisation_id, subscription_id, query_name, params, prefixes, dest,
                          secret, form, schedule, report_if_empty, initial_record_time,
                          min_record_time, created_at, created_by, next_at)
values (%(organisation_id)s, %(subscription_id)s, %(query_name)s, %(params)s, %(prefixes)s,
        %(dest)s, %(secret)s, %(form)s, %(schedule)s, %(report_if_empty)s,
        %(initial_record_time)s, %(min_record_time)s, %(created_at)s, %(created_by)s, %(next_at)s)
on conflict do nothing

-- name: count
select count(*) from subscription where organisation_id = %s

-- name: columns
select organisation_id, subscription_id, query_name, params, prefixes, dest, secret, form, schedule,
       report_if_empty, initial_record_time, min_record_time, created_at, last_notified_at, next_at,
       delivery_id, delivery_until, delivery_page, delivery_after, failures, last_error
  from subscription

-- name: delete
delete from subscription where organisation_id = %s and query_name = %s and subscription_id = %s

-- name: delete_by_id
delete from subscription where organisation_id = %s and subscription_id = %s

-- name: claim
update subscription set claim = %(claim)s, claimed_until = %(until)s
 where (organisation_id, subscription_id) = (
       select organisation_id, subscription_id from subscription
        where next_at <= %(now)s and (claimed_until is null or claimed_until <= %(now)s)
        order by next_at limit 1 for update skip locked)
returning organisation_id, subscription_id

-- name: begin
update subscription
   set delivery_id = %(delivery_id)s, delivery_until = %(until)s, delivery_page = 0,
       delivery_after = null
 where organisation_id = %(organisation_id)s and subscription_id = %(subscription_id)s
   and claim = %(claim)s

-- name: page_taken
update subscription
   set delivery_page = delivery_page + 1, delivery_after = %(after)s, last_notified_at = %(at)s,
       failures = 0, last_error = null, claimed_until = %(claimed_until)s
 where organisation_id = %(organisation_id)s and subscription_id = %(subscription_id)s
   and claim = %(claim)s

-- name: finish
update subscription
   set min_record_time = %(min_record_time)s, next_at = %(next_at)s, delivery_id = null,
       delivery_until = null, delivery_page = 0, delivery_after = null, claim = null,
       claimed_until = null
 where organisation_id = %(organisation_id)s and subscription_id = %(subscription_id)s
   and claim = %(claim)s

-- name: fail
update subscription
   set next_at = %(next_at)s, failures = failures + 1, last_error = %(error)s, claim = null,
       claimed_until = null
 where organisation_id = %(organisation_id)s and subscription_id = %(subscription_id)s
   and claim = %(claim)s

-- name: oldest_running_capture
-- Those that are recorded in one transaction are seen by the locks that announce them: see
-- `packtrail.store.ids.announcement`.
select least(
    (select min(created_at) from capture where is_running),
    (select timestamptz '2020-01-01 00:00:00+00'
            + interval '1 millisecond' * min((classid::bigint & 65535) << 32 | objid::bigint)
       from pg_locks
      where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 16 = x'5054'::bigint
        and database = (select oid from pg_database where datname = current_database()))
)
