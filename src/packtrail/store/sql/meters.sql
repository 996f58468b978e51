-- What this installation does, rolled up by day.

-- name: put_gauge
insert into meter_day as m (day, organisation_id, name, lowest, highest, last, total, samples,
                            sampled_at)
values (%(day)s, %(organisation_id)s, %(name)s, %(value)s, %(value)s, %(value)s, %(value)s, 1,
        %(at)s)
on conflict (day, organisation_id, name) do update
   set lowest = least(m.lowest, excluded.last), highest = greatest(m.highest, excluded.last),
       last = excluded.last, total = m.total + excluded.total, samples = m.samples + 1,
       sampled_at = excluded.sampled_at

-- name: set_count
-- Of a day so far: said again, it is the same.
insert into meter_day as m (day, organisation_id, name, lowest, highest, last, total, samples,
                            sampled_at)
values (%(day)s, %(organisation_id)s, %(name)s, %(value)s, %(value)s, %(value)s, %(value)s, 1,
        %(at)s)
on conflict (day, organisation_id, name) do update
   set lowest = least(m.lowest, excluded.last), highest = greatest(m.highest, excluded.last),
       last = excluded.last, total = excluded.total, samples = m.samples + 1,
       sampled_at = excluded.sampled_at

-- name: one
select total, sampled_at from meter_day
 where day = %s and organisation_id = %s and name = %s

-- name: days
select day, organisation_id, name, lowest, highest, last, total, samples, sampled_at
  from meter_day
 where organisation_id = any(%(organisation_ids)s) and day >= %(since)s
 order by name, organisation_id, day

-- name: latest
select max(sampled_at) from meter_day where organisation_id = any(%s)

-- name: older
select date_trunc('month', day)::date as day, organisation_id, name, min(lowest) as lowest,
       max(highest) as highest, (array_agg(last order by day desc))[1] as last,
       sum(total) as total, sum(samples)::integer as samples, max(sampled_at) as sampled_at
  from meter_day where day < %s
 group by date_trunc('month', day)::date, organisation_id, name

-- name: drop_older
delete from meter_day where day < %s

-- name: put_rolled
insert into meter_day (day, organisation_id, name, lowest, highest, last, total, samples,
                       sampled_at)
values (%(day)s, %(organisation_id)s, %(name)s, %(lowest)s, %(highest)s, %(last)s, %(total)s,
        %(samples)s, %(sampled_at)s)

-- name: recorded
select owner_id, coalesce(sum(event_count), 0)::bigint as events,
       coalesce(sum(object_count) filter (
           where biz_step = 'commissioning' and action = 'ADD' and not is_error_declaration
       ), 0)::bigint as objects
  from segment where record_time >= %s and record_time < %s
 group by owner_id

-- name: taken
select owner_id, count(*) as messages, coalesce(sum(size_bytes), 0)::bigint as bytes_sent
  from capture where created_at >= %s and created_at < %s
 group by owner_id

-- name: verified
select organisation_id, count(*) from verification
 where at >= %s and at < %s group by organisation_id
