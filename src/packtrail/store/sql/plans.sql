-- name: insert
insert into programme (organisation_id, code, name, terms, created_at, created_by)
values (%(organisation_id)s, %(code)s, %(name)s, %(terms)s, %(created_at)s, %(created_by)s)
on conflict do nothing
returning programme_id

-- name: programmes
select programme_id, organisation_id, code, name, terms::text as terms, version, created_at,
       created_by, archived_at
  from programme

-- name: bump
update programme set version = version + 1 where programme_id = %s returning version

-- name: update
update programme set name = %(name)s, terms = %(terms)s, archived_at = %(archived_at)s
 where programme_id = %(programme_id)s

-- name: entries
select kind, code, revision, body::text as body, changed_at, changed_by
  from plan_entry where programme_id = %s order by kind, code

-- name: entries_since
select c.kind, c.code, e.revision, e.body::text as body, e.changed_at, e.changed_by
  from (select distinct kind, code from plan_change
         where programme_id = %(programme_id)s and version > %(version)s) as c
  left join plan_entry e on e.programme_id = %(programme_id)s and (e.kind, e.code) = (c.kind, c.code)

-- name: put
insert into plan_entry (programme_id, kind, code, revision, body, changed_at, changed_by)
select %(programme_id)s, kind, code, 1, body, %(at)s, %(by)s
  from unnest(%(kinds)s::text[], %(codes)s::text[], %(bodies)s::jsonb[]) as new (kind, code, body)
on conflict (programme_id, kind, code) do update
   set revision = plan_entry.revision + 1, body = excluded.body,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- name: remove
delete from plan_entry
 using unnest(%(kinds)s::text[], %(codes)s::text[]) as gone (kind, code)
 where plan_entry.programme_id = %(programme_id)s
   and plan_entry.kind = gone.kind and plan_entry.code = gone.code

-- name: add_changes
insert into plan_change (programme_id, version, change_no, kind, code, before, after, at, actor_kind,
                         actor_id, actor_name, reason)
select %(programme_id)s, %(version)s, no, kind, code, before, after, %(at)s, %(actor_kind)s,
       %(actor_id)s, %(actor_name)s, %(reason)s
  from unnest(%(kinds)s::text[], %(codes)s::text[], %(befores)s::jsonb[], %(afters)s::jsonb[])
       with ordinality as new (kind, code, before, after, no)

-- name: changes
select version, change_no, kind, code, before::text as before, after::text as after, at,
       actor_name, reason
  from plan_change where programme_id = %(programme_id)s

-- name: versions
select version, max(at) as at, max(actor_name) as actor_name, max(reason) as reason,
       array_agg(kind || case when before is null then ' added'
                              when after is null then ' taken out'
                              else ' changed' end order by change_no) as kinds,
       (array_agg(code order by change_no))[1:5] as codes
  from plan_change where programme_id = %s
 group by version order by version desc limit %s

-- name: insert_baseline
insert into plan_baseline (programme_id, baseline_no, name, version, body, at, created_by, reason)
select %(programme_id)s, coalesce(max(baseline_no), 0) + 1, %(name)s, %(version)s, %(body)s, %(at)s,
       %(created_by)s, %(reason)s
  from plan_baseline where programme_id = %(programme_id)s
returning baseline_no

-- name: baselines
select baseline_no, name, version, at, created_by, reason
  from plan_baseline where programme_id = %s order by baseline_no

-- name: baseline
select body::text from plan_baseline where programme_id = %s and baseline_no = %s
