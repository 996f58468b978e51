-- name: insert
insert into report_receiver (organisation_id, code, version_no, content, changed_at, changed_by)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing

-- name: latest
select distinct on (code) code, version_no, content, changed_at, changed_by
  from report_receiver where organisation_id = %s
 order by code, version_no desc

-- name: one
select code, version_no, content, changed_at, changed_by
  from report_receiver where organisation_id = %s and code = %s
 order by version_no desc limit 1

-- name: versions
select code, version_no, content, changed_at, changed_by
  from report_receiver where organisation_id = %s and code = %s
 order by version_no desc

-- name: owners
select distinct organisation_id from report_receiver order by organisation_id

-- name: insert_fact
insert into report_fact (organisation_id, kind, subject, name, value, changed_at, changed_by)
values (%s, %s, %s, %s, %s, %s, %s)

-- name: facts
select distinct on (kind, subject, name) kind, subject, name, value, changed_at, changed_by
  from report_fact
 where organisation_id = %(organisation_id)s and kind = %(kind)s
   and (%(subjects)s::text[] is null or subject = any(%(subjects)s))
 order by kind, subject, name, fact_no desc
