-- name: classes_of_lot
select c.class_key
  from class c join instance i on i.class_id = c.class_id
 where c.class_key like 'lgtin/%%' and i.serial = %s
 order by c.class_key
 limit %s

-- name: recorded_lots
select distinct lot from event where lot is not null and audience_id = any(%s)

-- name: lot_classes
select class_id from class where class_key like 'lgtin/%'

-- name: lots_touched
select distinct class_id, seq from touch where class_id = any(%s) and audience_id = any(%s)

-- name: lots_posted
select distinct class_id, block, lo, hi, members from posting
 where class_id = any(%s) and audience_id = any(%s)

-- name: lots_of_product
select e.lot, max(e.event_time) as latest
  from event e
 where e.lot is not null and e.audience_id = any(%(audience_ids)s)
   and e.event_id in (
       select p.event_id from posting p
        where p.class_id = any(%(classes)s) and p.role in (1, 5)
          and p.audience_id = any(%(audience_ids)s)
       union all
       select t.event_id from touch t
        where t.class_id = any(%(classes)s) and t.role in (1, 5)
          and t.audience_id = any(%(audience_ids)s))
 group by e.lot
 order by latest desc, e.lot
 limit %(limit)s

-- name: names_product
select exists (select 1 from posting
                where class_id = any(%(classes)s) and audience_id = any(%(audience_ids)s))
    or exists (select 1 from touch
                where class_id = any(%(classes)s) and audience_id = any(%(audience_ids)s))
