-- name: note
insert into mail_address (organisation_id, address, noted_at) values (%s, %s, %s)
on conflict (organisation_id, address) do nothing

-- name: standing
select exists (select 1 from mail_address
                where organisation_id = %(organisation_id)s and address = %(address)s
                  and confirmed_at is not null) as is_confirmed,
       exists (select 1 from mail_unsubscribed
                where organisation_id = %(organisation_id)s and address = %(address)s
                  and kind in (%(kind)s, '*')) as is_refused

-- name: of_organisation
select a.organisation_id, a.address, a.noted_at, a.asks, a.asked_at, a.confirmed_at,
       coalesce(m.names, '{}') as names, coalesce(m.held, 0) as held
  from mail_address a
  left join (select lower(recipient) as address, count(*) filter (where state = 'unconfirmed') as held,
                    array_agg(distinct recipient_name order by recipient_name)
                        filter (where recipient_name <> '') as names
               from mail where organisation_id = %s group by lower(recipient)) m using (address)
 where a.organisation_id = %s
 order by a.confirmed_at is not null, a.address limit %s

-- name: several
select a.organisation_id, a.address, a.noted_at, a.asks, a.asked_at, a.confirmed_at,
       '{}'::text[] as names,
       (select count(*) from mail m
         where m.organisation_id = a.organisation_id and lower(m.recipient) = a.address
           and m.state = 'unconfirmed') as held
  from mail_address a where a.organisation_id = %s and a.address = any(%s)

-- name: to_ask
select organisation_id, address from mail_address a
 where confirmed_at is null
   and (asks = 0 or (asked_at < %(asked_before)s and asks < %(asks_max)s
        and exists (select 1 from mail m
                     where m.organisation_id = a.organisation_id and lower(m.recipient) = a.address
                       and m.state = 'unconfirmed' and m.created_at > a.asked_at)))
 order by noted_at, address limit %(limit)s

-- name: ask
update mail_address set asks = asks + 1, asked_at = %(at)s
 where organisation_id = %(organisation_id)s and address = %(address)s and confirmed_at is null
returning asks

-- name: confirm
update mail_address set confirmed_at = %s
 where organisation_id = %s and address = %s and asks = %s and confirmed_at is null

-- name: release
update mail set state = 'waiting', next_at = %(at)s, give_up_at = %(give_up_at)s, last_answer = ''
 where organisation_id = %(organisation_id)s and lower(recipient) = %(address)s
   and state = 'unconfirmed' and created_at >= %(not_before)s

-- name: drop_held
update mail set state = 'dropped', last_answer = %(too_old)s
 where organisation_id = %(organisation_id)s and lower(recipient) = %(address)s
   and state = 'unconfirmed'

-- name: refusals
select address, kind, at, by from mail_unsubscribed
 where organisation_id = %s and address = any(%s) order by address, kind

-- name: refuse
insert into mail_unsubscribed (organisation_id, address, kind, at, by) values (%s, %s, %s, %s, %s)
on conflict (organisation_id, address, kind) do nothing

-- name: take_back
delete from mail_unsubscribed where organisation_id = %s and address = %s and kind = %s
