-- name: first_segments
-- The first packs of a class are in its first block: what came later does not make it ready sooner.
-- Few segments of each are looked at, so that a product with a year of history costs no more.
select class_key, class_id, segment_id
  from (select c.class_key, c.class_id, p.segment_id,
               row_number() over (partition by p.class_id order by p.segment_id) as place
          from posting p join class c using (class_id)
         where c.class_key = any(%(keys)s) and p.block = 0 and p.role = %(role)s
           and p.audience_id = any(%(audience_ids)s)
        union all
        select c.class_key, c.class_id, t.segment_id,
               row_number() over (partition by t.class_id order by t.segment_id)
          from touch t join class c using (class_id)
         where c.class_key = any(%(keys)s) and t.seq < 100 and t.role = %(role)s
           and t.audience_id = any(%(audience_ids)s)) as early
 where place <= 20

-- name: batches
select l.code, count(*)
  from work_order w join packaging_line l using (line_id)
 where w.audience_id = any(%(audience_ids)s) and w.state = any(%(states)s)
 group by l.code

-- name: made
select o.code as operator, l.code, max((w.ended_at at time zone 'UTC')::date), made.key,
       sum(made.value::bigint)::bigint
  from work_order w
  join packaging_line l using (line_id)
  join organisation o on o.organisation_id = w.operator_id,
       jsonb_each_text(w.counts) as made
 where w.audience_id = any(%(audience_ids)s) and w.state = any(%(states)s)
 group by 1, 2, made.key

-- name: messages
select o.code, max(c.finished_at)
  from capture c join organisation o on o.organisation_id = c.owner_id
 where c.audience_id = any(%(audience_ids)s) and c.is_success and not c.is_running
   and c.created_at > %(since)s
 group by o.code

-- name: reports
select p.receiver, r.content ->> 'market' as market,
       max(p.changed_at) filter (where p.state = any(%(taken)s)) as taken_at,
       count(*) filter (where p.state = any(%(refused)s)) as refused
  from report p
  join (select distinct on (code) code, content from report_receiver
         where organisation_id = %(organisation_id)s order by code, version_no desc) r
    on r.code = p.receiver
 where p.organisation_id = %(organisation_id)s
 group by 1, 2

-- name: operators
select organisation_id from organisation
 where organisation_id = %(organisation_id)s
    or organisation_id in (select partner_id from agreement
                            where owner_id = %(organisation_id)s and kind = 'records_for')
 order by organisation_id

-- name: held_mark
-- Rows of sites, lines and trade items are only ever added, and lines retired: their count and the sum
-- of their numbers tell whether anything is new.
with runs as (
    select organisation_id from organisation
     where organisation_id = %(organisation_id)s
        or organisation_id in (select partner_id from agreement
                                where owner_id = %(organisation_id)s and kind = 'records_for'))
select coalesce((select version from portfolio where organisation_id = %(organisation_id)s), 0),
       (select count(*) + sum(site_id) from site where organisation_id in (select * from runs)),
       (select count(*) + sum(line_id) + count(retired_at) * 1000003 from packaging_line
         where organisation_id in (select * from runs)),
       (select count(*) + sum(packaging_id) from packaging where owner_id = %(organisation_id)s)
