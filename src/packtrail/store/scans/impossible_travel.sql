-- Objects that were seen at two places one after the other, and nothing travels so fast.
-- What was declared wrong does not count, nor do places whose position nobody has said.
with withdrawn as (
    select distinct event_id from mentions where is_error_declaration
),
seen as (
    select m.class_key, m.item_key, m.event_id, m.at_seconds, m.read_point, p.latitude, p.longitude
      from mentions m
      join places p on p.place = m.read_point
      left join withdrawn w on w.event_id = m.event_id
     where w.event_id is null
),
legs as (
    select class_key, item_key, event_id, at_seconds, read_point, latitude, longitude,
           lag(event_id) over one as from_event,
           lag(at_seconds) over one as from_seconds,
           lag(read_point) over one as from_place,
           lag(latitude) over one as from_latitude,
           lag(longitude) over one as from_longitude
      from seen
    window one as (partition by class_key, item_key order by at_seconds, event_id)
),
measured as (
    select *,
           2 * 6371.0 * asin(sqrt(
               power(sin(radians(latitude - from_latitude) / 2), 2)
               + cos(radians(from_latitude)) * cos(radians(latitude))
                 * power(sin(radians(longitude - from_longitude) / 2), 2))) as km
      from legs
     where from_place <> read_point
)
select m.class_key,
       m.item_key,
       m.from_event as first_event,
       m.event_id as last_event,
       m.from_place,
       m.read_point as to_place,
       m.from_seconds,
       m.at_seconds as to_seconds,
       round(m.km, 1) as km
  from measured m
 cross join limits l
 where m.km >= l.km_min
   and m.km > l.km_per_hour_max * (m.at_seconds - m.from_seconds) / 3600.0
 order by m.class_key, m.item_key, m.at_seconds, m.event_id
