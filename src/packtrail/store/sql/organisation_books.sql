-- The book of an organisation, written for the portfolio; other books have tables of the same form under
-- their own name.

-- name: begin
insert into portfolio (organisation_id) values (%s) on conflict do nothing

-- name: lock
select version from portfolio where organisation_id = %s for update

-- name: version
select version from portfolio where organisation_id = %s

-- name: organisations
select p.organisation_id, o.code from portfolio p join organisation o using (organisation_id)
 where p.version > 0 order by o.code

-- name: bump
update portfolio set version = version + 1 where organisation_id = %s

-- name: entries
select kind, code, revision, body::text as body, changed_at, changed_by
  from portfolio_entry where organisation_id = %s order by kind, code

-- name: entries_since
select c.kind, c.code, e.revision, e.body::text as body, e.changed_at, e.changed_by
  from (select distinct kind, code from portfolio_change
         where organisation_id = %(organisation_id)s and version > %(version)s) as c
  left join portfolio_entry e
    on e.organisation_id = %(organisation_id)s and (e.kind, e.code) = (c.kind, c.code)

-- name: put
insert into portfolio_entry (organisation_id, kind, code, revision, body, changed_at, changed_by)
select %(organisation_id)s, kind, code, %(version)s, body, %(at)s, %(actor_name)s
  from unnest(%(kinds)s::text[], %(codes)s::text[], %(bodies)s::jsonb[]) as new (kind, code, body)
on conflict (organisation_id, kind, code) do update
   set revision = excluded.revision, body = excluded.body, changed_at = excluded.changed_at,
       changed_by = excluded.changed_by

-- name: remove
delete from portfolio_entry e
 using unnest(%(kinds)s::text[], %(codes)s::text[]) as gone (kind, code)
 where e.organisation_id = %(organisation_id)s and e.kind = gone.kind and e.code = gone.code

-- name: add_changes
insert into portfolio_change (organisation_id, version, change_no, kind, code, before, after, at,
                              actor_kind, actor_id, actor_name, reason)
select %(organisation_id)s, %(version)s, no, kind, code, before, after, %(at)s, %(actor_kind)s,
       %(actor_id)s, %(actor_name)s, %(reason)s
  from unnest(%(kinds)s::text[], %(codes)s::text[], %(befores)s::jsonb[], %(afters)s::jsonb[])
       with ordinality as new (kind, code, before, after, no)

-- name: changes
select version, change_no, kind, code, before::text as before, after::text as after, at, actor_name,
       reason
  from portfolio_change
 where organisation_id = %(organisation_id)s
   and (%(before_version)s::bigint is null
        or (version, change_no) < (%(before_version)s, %(before_no)s))
   and (%(kind)s::text is null or kind = %(kind)s)
   and (%(code)s::text is null or code = %(code)s)
 order by version desc, change_no desc limit %(limit)s
