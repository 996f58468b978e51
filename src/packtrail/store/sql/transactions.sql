-- name: recent
-- Business transactions that the newest segments name.
select distinct link
  from (select unnest(links) as link
          from (select links, audience_id from segment
                 order by segment_id desc limit %(events)s) as newest
         where links is not null and audience_id = any(%(audience_ids)s)) as named
 where starts_with(link, 't:')
 limit %(limit)s

-- name: known
select link, sum(event_count)::bigint
  from (select unnest(links) as link, event_count from segment
         where links && %(links)s and audience_id = any(%(audience_ids)s)) as named
 where link = any(%(links)s)
 group by link
 order by 2 desc, link
