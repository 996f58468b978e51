-- Objects that were commissioned by two events or more: a serial number was used again, or copied.
-- What was declared wrong does not count.
with withdrawn as (
    select distinct event_id from mentions where is_error_declaration
)
select m.class_key,
       m.item_key,
       min(m.event_id) as first_event,
       max(m.event_id) as last_event,
       min(m.read_point) as from_place,
       max(m.read_point) as to_place,
       min(m.at_seconds) as from_seconds,
       max(m.at_seconds) as to_seconds,
       cast(0 as double) as km
  from mentions m
  left join withdrawn w on w.event_id = m.event_id
 where m.biz_step = 'commissioning'
   and (m.action = 'ADD' or m.role = 'output')
   and m.role in ('epc', 'output')
   and w.event_id is null
 group by m.class_key, m.item_key
having min(m.event_id) <> max(m.event_id)
 order by m.class_key, m.item_key
