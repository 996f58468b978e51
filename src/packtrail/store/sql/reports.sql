-- name: next_number
-- The organisation's row is the lock, so that numbers have no gaps and no doubles.
select coalesce(max(number), 0) + 1 from report
 where organisation_id = (select organisation_id from organisation
                           where organisation_id = %s for no key update)

-- name: insert
insert into report (report_id, organisation_id, number, receiver, form, happening, subject_kind,
                    subject_key, gtin, lot, title, facts, state, step_no, version_no, happened_at,
                    due_at, due_words, duty, score, reference, created_at, changed_at, next_at,
                    attempts)
values (%(report_id)s, %(organisation_id)s, %(number)s, %(receiver)s, %(form)s, %(happening)s,
        %(subject_kind)s, %(subject_key)s, %(gtin)s, %(lot)s, %(title)s, %(facts)s, %(state)s,
        0, 0, %(happened_at)s, %(due_at)s, %(due_words)s, %(duty)s, null, '', %(at)s, %(at)s,
        %(next_at)s, 0)

-- name: columns
select report_id, organisation_id, number, receiver, form, happening, subject_kind, subject_key,
       gtin, lot, title, facts, state, step_no, version_no, happened_at, due_at, due_words, duty,
       score, reference, created_at, changed_at, next_at, attempts
  from report

-- name: open_for_subject
 where organisation_id = %(organisation_id)s and receiver = %(receiver)s and form = %(form)s
   and subject_key = %(subject_key)s and state = any(%(states)s)
 order by number desc limit 1

-- name: change
update report
   set state = %(state)s, step_no = %(step_no)s, version_no = %(version_no)s, score = %(score)s,
       reference = %(reference)s, changed_at = %(at)s, next_at = %(next_at)s,
       attempts = %(attempts)s, claim = null, claimed_until = null
 where report_id = %(report_id)s and step_no = %(before)s

-- name: set_facts
update report set facts = %(facts)s where report_id = %(report_id)s

-- name: set_happened
update report
   set happened_at = greatest(happened_at, %(happened_at)s),
       due_at = least(due_at, %(due_at)s), changed_at = %(at)s
 where report_id = %(report_id)s

-- name: postpone
update report
   set next_at = %(next_at)s, attempts = attempts + 1, claim = null, claimed_until = null
 where report_id = %(report_id)s and step_no = %(before)s

-- name: claim
update report set claim = %(claim)s, claimed_until = %(until)s
 where report_id = (
       select report_id from report
        where next_at <= %(now)s and (claimed_until is null or claimed_until <= %(now)s)
        order by next_at limit 1 for update skip locked)
returning report_id

-- name: claim_one
update report set claim = %(claim)s, claimed_until = %(until)s
 where report_id = %(report_id)s and step_no = %(before)s
   and (claimed_until is null or claimed_until <= %(now)s)

-- name: counts
select receiver, state, count(*),
       count(*) filter (where due_at < %(now)s and state = any(%(open)s))
  from report where organisation_id = %(organisation_id)s
 group by receiver, state

-- name: insert_step
insert into report_step (report_id, step_no, step, state, version_no, at, actor_kind, actor_id,
                         actor_name, reason, detail)
values (%(report_id)s, %(step_no)s, %(step)s, %(state)s, %(version_no)s, %(at)s, %(actor_kind)s,
        %(actor_id)s, %(actor_name)s, %(reason)s, %(detail)s)

-- name: steps
select step_no, step, state, version_no, at, actor_kind, actor_id, actor_name, reason, detail
  from report_step where report_id = %s order by step_no

-- name: cover
insert into report_cover (organisation_id, receiver, form, event, subject_key, report_id)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing

-- name: covered_of
select distinct event from report_cover where report_id = %s order by event

-- name: covered_by
select distinct r.report_id, r.number, r.receiver, r.form, r.title, r.state
  from report_cover c join report r using (report_id)
 where c.organisation_id = %s and c.event = %s
 order by r.number

-- name: is_covered
select 1 from report_cover
 where organisation_id = %s and receiver = %s and form = %s and event = %s and subject_key = %s

-- name: insert_file
insert into report_file (report_id, file_no, version_no, role, name, media_type, size, sha256,
                         content, at)
select %(report_id)s, coalesce(max(file_no), 0) + 1, %(version_no)s, %(role)s, %(name)s,
       %(media_type)s, %(size)s, %(sha256)s, %(content)s, %(at)s
  from report_file where report_id = %(report_id)s
returning file_no

-- name: files
select file_no, version_no, role, name, media_type, size, sha256, at
  from report_file where report_id = %s order by file_no

-- name: file
select file_no, version_no, role, name, media_type, size, sha256, at, content
  from report_file where report_id = %s and file_no = %s

-- name: insert_reason
insert into report_reason (report_id, reason_no, organisation_id, version_no, code, text, place,
                           class_key, item_key, at)
select %(report_id)s, coalesce(max(reason_no), 0) + 1, %(organisation_id)s, %(version_no)s,
       %(code)s, %(text)s, %(place)s, %(class_key)s, %(item_key)s, %(at)s
  from report_reason where report_id = %(report_id)s

-- name: reasons
select reason_no, version_no, code, text, place, class_key, item_key, at
  from report_reason where report_id = %s order by reason_no limit %s

-- name: reasons_of_object
select r.report_id, r.number, r.receiver, r.form, r.title, r.state, x.code, x.text, x.place, x.at
  from report_reason x join report r using (report_id)
 where x.organisation_id = %s and x.class_key = %s and x.item_key = %s
 order by x.at desc limit 100

-- name: lot_versions
select gtin, lot, version from report_lot_version
 where organisation_id = %(organisation_id)s and receiver = %(receiver)s and gtin = any(%(gtins)s)

-- name: fix_lot_version
insert into report_lot_version (organisation_id, receiver, gtin, lot, version, report_id)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing

-- name: product_versions
-- The last product data that the receiver has acknowledged, by trade item.
select distinct on (gtin) gtin, facts ->> 'version'
  from report
 where organisation_id = %(organisation_id)s and receiver = %(receiver)s
   and happening = 'product_data' and state = 'acknowledged' and gtin = any(%(gtins)s)
 order by gtin, number desc

-- name: watermark
select until from report_watermark where organisation_id = %s and receiver = %s

-- name: set_watermark
insert into report_watermark (organisation_id, receiver, until) values (%s, %s, %s)
on conflict (organisation_id, receiver) do update set until = excluded.until
