-- Objects that were commissioned on two occasions or more: a serial number was used again, or copied.
-- Sellers tell a commissioning again with what they ship: at the same time and place, with the same
-- lot, it is the same occasion. What was declared wrong does not count.
with withdrawn as (
    select distinct event_id from mentions where is_error_declaration
),
made as (
    select m.class_key, m.item_key, m.event_id, m.at_seconds, m.read_point, m.lot
      from mentions m
      left join withdrawn w on w.event_id = m.event_id
     where m.biz_step = 'commissioning'
       and (m.action = 'ADD' or m.role = 'output')
       and m.role in ('epc', 'output')
       and w.event_id is null
),
again as (
    select class_key, item_key
      from made
     group by class_key, item_key
    having min(at_seconds) <> max(at_seconds)
        or min(read_point) <> max(read_point)
        or min(lot) <> max(lot)
),
ordered as (
    select m.*,
           row_number() over (partition by m.class_key, m.item_key
                                  order by m.at_seconds, m.event_id) as nth,
           row_number() over (partition by m.class_key, m.item_key
                                  order by m.at_seconds desc, m.event_id desc) as nth_last
      from made m
      join again a on a.class_key = m.class_key and a.item_key = m.item_key
)
select f.class_key,
       f.item_key,
       f.event_id as first_event,
       l.event_id as last_event,
       f.read_point as from_place,
       l.read_point as to_place,
       f.at_seconds as from_seconds,
       l.at_seconds as to_seconds,
       cast(0 as double) as km
  from ordered f
  join ordered l on l.class_key = f.class_key and l.item_key = f.item_key
 where f.nth = 1
   and l.nth_last = 1
 order by f.class_key, f.item_key
