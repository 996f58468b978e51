-- name: next_number
select count(*) + 1 from alert_case where organisation_id = %s

-- name: lock_organisation
-- Cases are numbered one after the other: whoever opens one waits for others who do.
select organisation_id from detection_mark where organisation_id = %s for update

-- name: open
insert into alert_case (organisation_id, code, title, state, category, market, owner, opened_at,
                        opened_by)
values (%(organisation_id)s, %(code)s, %(title)s, %(state)s, %(category)s, %(market)s, %(owner)s,
        %(at)s, %(by)s)
returning case_id

-- name: cases
select c.case_id, c.code, c.title, c.state, c.category, c.outcome, c.cause, c.owner, c.market,
       c.opened_at, c.opened_by, c.confirmed_at, c.high_risk_at, c.closed_at, m.code, c.revision,
       (select count(*) from alert a where a.case_id = c.case_id),
       (select count(*) from case_pack p where p.case_id = c.case_id and p.released_at is null)
  from alert_case c left join alert_case m on m.case_id = c.merged_into
 where c.organisation_id = %(organisation_id)s
   and (%(code)s::text is null or c.code = %(code)s)
   and (%(states)s::text[] is null or c.state = any(%(states)s))
   and (%(owner)s::text is null or c.owner = %(owner)s)
   and (%(before)s::bigint is null or c.case_id < %(before)s)
   and (%(with_merged)s or c.merged_into is null)
 order by c.case_id desc
 limit %(limit)s

-- name: lock
select case_id from alert_case where organisation_id = %s and code = %s for update

-- name: change
update alert_case
   set state = %(state)s, category = %(category)s, outcome = %(outcome)s, cause = %(cause)s,
       owner = %(owner)s, title = %(title)s, market = %(market)s, confirmed_at = %(confirmed_at)s,
       high_risk_at = %(high_risk_at)s, closed_at = %(closed_at)s, merged_into = %(merged_into)s,
       revision = revision + 1
 where case_id = %(case_id)s

-- name: add_entry
insert into case_entry (case_id, entry_no, at, kind, text, detail, actor_kind, actor_id, actor_name)
values (%(case_id)s,
        (select coalesce(max(entry_no), 0) + 1 from case_entry where case_id = %(case_id)s),
        %(at)s, %(kind)s, %(text)s, %(detail)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s)

-- name: entries
select entry_no, at, kind, text, detail, actor_name from case_entry
 where case_id = %s order by entry_no

-- name: hold
insert into case_pack (case_id, gtin, serial, notice_id, held_at) values (%s, %s, %s, %s, %s)

-- name: release
update case_pack set released_at = %(at)s
 where case_id = %(case_id)s and gtin = %(gtin)s and serial = %(serial)s and released_at is null

-- name: packs
select gtin, serial, notice_id, held_at, released_at from case_pack
 where case_id = %s order by gtin, serial, held_at

-- name: move_packs
update case_pack set case_id = %s where case_id = %s

-- name: move_alerts
update alert set case_id = %s where case_id = %s

-- name: holding_case
select c.code, c.state from case_pack p join alert_case c on c.case_id = p.case_id
 where p.gtin = %s and p.serial = %s and p.released_at is null and c.organisation_id = %s
