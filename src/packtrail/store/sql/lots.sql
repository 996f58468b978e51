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
