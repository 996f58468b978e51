-- name: lock
select organisation_id from organisation where organisation_id = %s for update

-- name: last_number
select max(number) from recall where organisation_id = %s and number like %s

-- name: insert
insert into recall (recall_id, organisation_id, number, kind, title, hazard, depth, check_level,
                    remind_for_hours, market, reason, subjects, opened_at, opened_by)
values (%(recall_id)s, %(organisation_id)s, %(number)s, %(kind)s, %(title)s, %(hazard)s, %(depth)s,
        %(check_level)s, %(remind_for_hours)s, %(market)s, %(reason)s, %(subjects)s, %(opened_at)s,
        %(opened_by)s)

-- name: by_number
select recall_id::text, organisation_id, number, kind, title, hazard, depth, check_level,
       remind_for_hours, market, reason, subjects, opened_at, opened_by
  from recall where organisation_id = %s and number = %s

-- name: lock_one
select recall_id from recall where recall_id = %s for update

-- name: newest
select recall_id::text, organisation_id, number, kind, title, hazard, depth, check_level,
       remind_for_hours, market, reason, subjects, opened_at, opened_by
  from recall where organisation_id = %s order by opened_at desc, recall_id limit %s

-- name: open_ones
select recall_id::text, organisation_id, number, kind, title, hazard, depth, check_level,
       remind_for_hours, market, reason, subjects, opened_at, opened_by
  from recall
 where not exists (select 1 from recall_entry
                    where recall_entry.recall_id = recall.recall_id
                      and recall_entry.kind = 'closed')
 order by opened_at, recall_id

-- name: entries
select recall_id::text, number, kind, at, by, actor_id, holder, detail
  from recall_entry where recall_id = any(%s::uuid[]) order by recall_id, number

-- name: add_entry
insert into recall_entry (recall_id, number, kind, at, by, actor_id, holder, detail)
select %(recall_id)s, coalesce(max(number), 0) + 1, %(kind)s, %(at)s, %(by)s, %(actor_id)s,
       %(holder)s, %(detail)s
  from recall_entry where recall_id = %(recall_id)s

-- name: contacts
select holder, name, person, email, phone, country, language, is_retail, changed_at, changed_by
  from recall_contact where organisation_id = %s order by holder

-- name: put_contact
insert into recall_contact (organisation_id, holder, name, person, email, phone, country, language,
                            is_retail, changed_at, changed_by)
values (%(organisation_id)s, %(holder)s, %(name)s, %(person)s, %(email)s, %(phone)s, %(country)s,
        %(language)s, %(is_retail)s, %(at)s, %(by)s)
on conflict (organisation_id, holder) do update
   set name = excluded.name, person = excluded.person, email = excluded.email,
       phone = excluded.phone, country = excluded.country, language = excluded.language,
       is_retail = excluded.is_retail, changed_at = excluded.changed_at,
       changed_by = excluded.changed_by
