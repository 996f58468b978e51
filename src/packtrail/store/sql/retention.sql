-- name: insert
insert into retention_policy (organisation_id, scope, subject, live_for, live_end, keep_for, counts_from,
                              at_end, source, valid_from, made_at, made_by, made_by_id)
values (%(organisation_id)s, %(scope)s, %(subject)s, %(live_for)s, %(live_end)s, %(keep_for)s,
        %(counts_from)s, %(at_end)s, %(source)s, %(valid_from)s, %(made_at)s, %(made_by)s, %(made_by_id)s)
returning policy_id

-- name: every
select policy_id, organisation_id, scope, subject, live_for, live_end, keep_for, counts_from, at_end, source,
       valid_from, made_at, made_by, ended_on, ended_at, ended_by, end_reason
  from retention_policy

-- name: of_organisation
 where organisation_id = %s order by scope, subject, valid_from desc, policy_id desc

-- name: one
 where policy_id = %s and organisation_id = %s for update

-- name: on_day
 where organisation_id = any(%s) and valid_from <= %s and (ended_on is null or ended_on > %s)
 order by organisation_id, scope, subject, valid_from desc, policy_id desc

-- name: end
update retention_policy
   set ended_on = %(on)s, ended_at = %(at)s, ended_by = %(by)s, end_reason = %(reason)s
 where policy_id = %(policy_id)s

-- name: owners
select distinct owner_id from segment where segment_id >= %(low)s and segment_id < %(high)s
union
select distinct owner_id from capture where capture_id >= %(first)s and capture_id < %(last)s
