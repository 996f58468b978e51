-- name: recent
-- Business transactions that the newest events name.
select distinct link
  from (select unnest(links) as link
          from (select links, audience_id from event
                 order by record_time desc, event_id desc limit %(events)s) as newest
         where links is not null and audience_id = any(%(audience_ids)s)) as named
 where starts_with(link, 't:')
 limit %(limit)s

-- name: known
select link, count(*)
  from (select unnest(links) as link from event
         where links && %(links)s and audience_id = any(%(audience_ids)s)) as named
 where link = any(%(links)s)
 group by link
 order by count(*) desc, link
