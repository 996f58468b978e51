-- name: organisations
select organisation_id, code from organisation order by organisation_id

-- name: mark
select verified_at, verified_id, events_until, ran_at, scans, problem from detection_mark
 where organisation_id = %s

-- name: begin_mark
insert into detection_mark (organisation_id, verified_at, verified_id, events_until)
values (%s, %s, %s, %s)
on conflict (organisation_id) do nothing

-- name: lock_mark
select verified_at, verified_id, events_until, ran_at, scans, problem from detection_mark
 where organisation_id = %s for update

-- name: move_mark
update detection_mark
   set verified_at = %(verified_at)s, verified_id = %(verified_id)s,
       events_until = %(events_until)s, ran_at = %(ran_at)s, scans = scans + %(scans)s
 where organisation_id = %(organisation_id)s

-- name: put_problem
update detection_mark set problem = %(problem)s
 where organisation_id = %(organisation_id)s and problem is distinct from %(problem)s

-- name: put_pending
insert into detection_pending (organisation_id, kind, subject_a, subject_b, scanned_at, due_at)
values (%s, %s, %s, %s, %s, %s)
on conflict (organisation_id, kind, subject_a, subject_b) do update
   set scanned_at = least(detection_pending.scanned_at, excluded.scanned_at),
       due_at = greatest(detection_pending.due_at, excluded.due_at)

-- name: take_pending
delete from detection_pending
 where organisation_id = %(organisation_id)s
   and (kind, subject_a, subject_b) in (
       select kind, subject_a, subject_b from detection_pending
        where organisation_id = %(organisation_id)s and due_at <= %(now)s
        order by due_at limit %(limit)s)
returning kind, subject_a, subject_b, scanned_at

-- name: policies
select policy_no, effective_at, recorded_at, parameters, reason, actor_name from detection_policy
 where organisation_id = %s
 order by effective_at desc, policy_no desc

-- name: add_policy
insert into detection_policy (organisation_id, effective_at, recorded_at, parameters, reason,
                              actor_name)
values (%s, %s, %s, %s, %s, %s)
returning policy_no

-- name: new_verifications
select class_key, verification_id, item_key, at, recorded_at, organisation_id, actor_kind, actor_id,
       actor_name, way, purpose, place, station, market, lot, expires, scanned, verdict, reasons,
       rule_pack, detail
  from verification
 where organisation_id = %(organisation_id)s
   and (recorded_at, verification_id) > (%(after_at)s, %(after_id)s)
   and recorded_at < %(before)s
 order by recorded_at, verification_id
 limit %(limit)s

-- name: verifications_of_packs
-- The newest of each pack: a pack that is asked about all day long stays bounded.
select class_key, verification_id, item_key, at, recorded_at, organisation_id, actor_kind, actor_id,
       actor_name, way, purpose, place, station, market, lot, expires, scanned, verdict, reasons,
       rule_pack, detail
  from (select v.*, row_number() over (partition by v.class_key, v.item_key
                                       order by v.at desc, v.verification_id desc) as nth
          from verification v
         where v.organisation_id = %(organisation_id)s
           and v.class_key = any(%(class_keys)s) and v.item_key = any(%(item_keys)s)) newest
 where nth <= %(each)s
 order by at, verification_id

-- name: verifications_of_lot
select class_key, verification_id, item_key, at, recorded_at, organisation_id, actor_kind, actor_id,
       actor_name, way, purpose, place, station, market, lot, expires, scanned, verdict, reasons,
       rule_pack, detail
  from verification
 where organisation_id = %(organisation_id)s and class_key = %(class_key)s
   and at >= %(since)s
   and (lot = any(%(lots)s) or reasons && %(reasons)s)
 order by at desc, verification_id desc
 limit %(limit)s

-- name: verifications_of_actor
select class_key, verification_id, item_key, at, recorded_at, organisation_id, actor_kind, actor_id,
       actor_name, way, purpose, place, station, market, lot, expires, scanned, verdict, reasons,
       rule_pack, detail
  from verification
 where organisation_id = %(organisation_id)s and actor_id = %(actor_id)s
   and at >= %(since)s and at < %(until)s
 order by at, verification_id
 limit %(limit)s

-- name: held
select a.alert_id, a.code, a.subject, coalesce(c.outcome is not null, false),
       array(select e.evidence_id from alert_evidence e where e.alert_id = a.alert_id),
       array(select e.evidence_id from alert_evidence e
              where e.alert_id = a.alert_id and e.withdrawn_at is not null)
  from alert a left join alert_case c on c.case_id = a.case_id
 where a.organisation_id = %(organisation_id)s
   and (a.subject = any(%(subjects)s)
        or a.alert_id in (select alert_id from alert_evidence where evidence_id = any(%(evidence)s)))
 order by a.alert_id

-- name: add_alert
insert into alert (organisation_id, code, subject, round, score, message, arithmetic, raised_at,
                   first_at, last_at, changed_at, checked_at)
values (%(organisation_id)s, %(code)s, %(subject)s,
        (select count(*) + 1 from alert where organisation_id = %(organisation_id)s
            and code = %(code)s and subject = %(subject)s),
        %(score)s, %(message)s, %(arithmetic)s, %(at)s, %(first_at)s, %(last_at)s, %(at)s, %(at)s)
returning alert_id

-- name: grow_alert
update alert
   set score = greatest(score, %(score)s), message = %(message)s, arithmetic = %(arithmetic)s,
       first_at = least(first_at, %(first_at)s), last_at = greatest(last_at, %(last_at)s),
       changed_at = %(at)s, checked_at = %(at)s, withdrawn_at = null
 where alert_id = %(alert_id)s

-- name: add_evidence
insert into alert_evidence (alert_id, evidence_id, kind, class_key, item_key, at, recorded_at, place,
                            market, actor, detail, added_at)
values (%(alert_id)s, %(evidence_id)s, %(kind)s, %(class_key)s, %(item_key)s, %(at)s,
        %(recorded_at)s, %(place)s, %(market)s, %(actor)s, %(detail)s, %(added_at)s)
on conflict (alert_id, evidence_id) do update set withdrawn_at = null, withdrawn_reason = null

-- name: withdraw_evidence
update alert_evidence set withdrawn_at = %(at)s, withdrawn_reason = %(reason)s
 where alert_id = %(alert_id)s and evidence_id = any(%(evidence)s) and withdrawn_at is null

-- name: settle_alert
-- An alert of which no scan is left says so; the record alone raises none.
update alert
   set changed_at = %(at)s,
       withdrawn_at = case when exists (
           select 1 from alert_evidence e where e.alert_id = alert.alert_id
              and e.kind <> 'record' and e.withdrawn_at is null) then null else %(at)s end
 where alert_id = %(alert_id)s

-- name: checked
update alert set checked_at = %(at)s where alert_id = any(%(alert_ids)s)

-- name: to_check
select alert_id from alert a
 where organisation_id = %(organisation_id)s and checked_at < %(before)s
   and withdrawn_at is null
   and not exists (select 1 from alert_case c where c.case_id = a.case_id and c.outcome is not null)
 order by checked_at limit %(limit)s

-- name: evidence
select alert_id, evidence_id, kind, class_key, item_key, at, recorded_at, place, market, actor,
       detail, added_at, withdrawn_at, withdrawn_reason
  from alert_evidence where alert_id = any(%s)
 order by at, evidence_id

-- name: alerts
select a.alert_id, a.code, a.subject, a.round, a.score, a.message, a.arithmetic, a.raised_at,
       a.first_at, a.last_at, a.changed_at, a.withdrawn_at, a.case_id, c.code, c.state,
       (select count(*) from alert_evidence e where e.alert_id = a.alert_id
           and e.withdrawn_at is null)
  from alert a left join alert_case c on c.case_id = a.case_id
 where a.organisation_id = %(organisation_id)s
   and (%(alert_ids)s::bigint[] is null or a.alert_id = any(%(alert_ids)s))
   and (%(case_id)s::bigint is null or a.case_id = %(case_id)s)
   and (%(code)s::text is null or a.code = %(code)s)
   and (%(only_open)s is false or (a.case_id is null and a.withdrawn_at is null))
   and (%(before)s::bigint is null or a.alert_id < %(before)s)
   and (%(item_key)s::text is null or exists (
       select 1 from alert_evidence e where e.alert_id = a.alert_id
          and e.class_key = %(class_key)s and e.item_key = %(item_key)s))
 order by a.alert_id desc
 limit %(limit)s

-- name: related
-- Alerts that share a pack, an actor or an unknown place with some: open ones, the nearest first.
select b.alert_id, count(*)
  from alert_evidence one
  join alert_evidence other
    on other.alert_id <> one.alert_id
   and ((other.class_key = one.class_key and other.item_key = one.item_key)
        or (other.actor = one.actor and one.kind <> 'record' and other.kind <> 'record')
        or (other.place = one.place and one.place <> '' and one.kind <> 'record'))
  join alert b on b.alert_id = other.alert_id
 where one.alert_id = any(%(alert_ids)s) and b.organisation_id = %(organisation_id)s
   and not b.alert_id = any(%(alert_ids)s) and b.withdrawn_at is null
   and b.case_id is null
 group by b.alert_id order by count(*) desc, b.alert_id desc limit %(limit)s

-- name: decided
select a.code, c.outcome = 'confirmed', coalesce(c.cause, ''), count(*)
  from alert a join alert_case c on c.case_id = a.case_id
 where a.organisation_id = %s and c.outcome is not null
 group by 1, 2, 3 order by 1, 2, 3

-- name: counts
select code, count(*), count(*) filter (where case_id is null and withdrawn_at is null),
       count(*) filter (where withdrawn_at is not null)
  from alert where organisation_id = %s group by code order by code

-- name: put_in_case
update alert set case_id = %(case_id)s, changed_at = %(at)s where alert_id = any(%(alert_ids)s)

-- name: clocks
-- How far the clocks of places are behind: the middle of what their verifications show.
select place, percentile_disc(0.5) within group (order by recorded_at - at)
  from verification
 where organisation_id = %(organisation_id)s and place = any(%(places)s) and at >= %(since)s
 group by place having count(*) >= %(least)s
