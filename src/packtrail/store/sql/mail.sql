-- name: add
insert into mail (mail_id, organisation_id, kind, cause, recipient, recipient_name, subject, body,
    link_purpose, link_subject, file_name, file, message_id, state, created_at, next_at, give_up_at,
    last_answer)
values (%(mail_id)s, %(organisation_id)s, %(kind)s, %(cause)s, %(recipient)s, %(recipient_name)s,
    %(subject)s, %(body)s, %(link_purpose)s, %(link_subject)s, %(file_name)s, %(file)s,
    %(message_id)s, %(state)s, %(created_at)s, %(created_at)s, %(give_up_at)s, %(last_answer)s)
on conflict (organisation_id, cause, recipient) do nothing

-- name: next
select mail_id, claim is not null from mail
 where state = 'waiting' and next_at <= %(now)s
   and (claimed_until is null or claimed_until <= %(now)s)
 order by next_at, mail_id limit 1 for update skip locked

-- name: claim
update mail set claim = %(claim)s, claimed_until = %(until)s where mail_id = %(mail_id)s

-- name: add_try
with counted as (
    update mail set tries = tries + 1 where mail_id = %(mail_id)s returning mail_id, tries)
insert into mail_try (mail_id, try_no, at, outcome, answer)
select mail_id, tries, %(at)s, %(outcome)s, %(answer)s from counted

-- name: settle
update mail
   set state = %(state)s, next_at = %(next_at)s, claim = null, claimed_until = null,
       sent_at = %(sent_at)s, last_answer = %(answer)s
 where mail_id = %(mail_id)s and claim = %(claim)s

-- name: mails
select mail_id::text, organisation_id, kind, cause, recipient, recipient_name, subject, body,
       link_purpose, link_subject, file_name, file, message_id, state, tries, created_at, next_at,
       give_up_at, claim::text, sent_at, last_answer
  from mail

-- name: tries
select try_no, at, outcome, answer from mail_try where mail_id = %s order by try_no

-- name: counts
select state, count(*) from mail where organisation_id = %s group by state

-- name: renew
update mail set state = 'waiting', next_at = %(at)s, give_up_at = %(give_up_at)s
 where organisation_id = %(organisation_id)s and mail_id = %(mail_id)s and state <> 'sent'
   and (claimed_until is null or claimed_until <= %(at)s)

-- name: drop
update mail set state = 'dropped'
 where organisation_id = %(organisation_id)s and mail_id = %(mail_id)s and state in ('dead', 'waiting', 'unconfirmed')
   and (claimed_until is null or claimed_until <= %(at)s)

-- name: put_preference
insert into mail_preference (account_id, address, is_on, rhythm, changed_at, changed_by)
values (%(account_id)s, %(address)s, %(is_on)s, %(rhythm)s, %(changed_at)s, %(changed_by)s)
on conflict (account_id) do update set address = excluded.address, is_on = excluded.is_on,
    rhythm = excluded.rhythm, changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- name: people
select a.account_id, a.name, a.display_name, a.role, coalesce(p.address, '') as address,
       coalesce(p.is_on, false) as is_on, coalesce(p.rhythm, 'as_planned') as rhythm,
       p.changed_at, p.changed_by, m.confirmed_at
  from account a
  left join mail_preference p using (account_id)
  left join mail_address m
    on m.organisation_id = a.organisation_id and m.address = lower(p.address)
 where a.organisation_id = %s and a.disabled_at is null
 order by a.name

-- name: add_round
insert into digest_round (programme_id, person, on_day, at) values (%s, %s, %s, %s)
on conflict (programme_id, person, on_day) do nothing

-- name: rounds
select person, max(on_day) from digest_round where programme_id = %s group by person
