-- name: classes_like
select class_id, class_key from class where class_key like %s

-- name: recorded_lots
select distinct lot from segment where lot is not null and audience_id = any(%s)

-- name: lots_touched
select distinct class_id, seq from touch where class_id = any(%s) and audience_id = any(%s)

-- name: lots_posted
select distinct class_id, block, lo, hi, members from posting
 where class_id = any(%s) and audience_id = any(%s)

-- name: lots_of_product
select s.lot, max(s.time_until) as latest
  from segment s
 where s.lot is not null and s.audience_id = any(%(audience_ids)s)
   and s.segment_id in (
       select p.segment_id from posting p
        where p.class_id = any(%(classes)s) and p.role in (1, 5)
          and p.audience_id = any(%(audience_ids)s)
       union all
       select t.segment_id from touch t
        where t.class_id = any(%(classes)s) and t.role in (1, 5)
          and t.audience_id = any(%(audience_ids)s))
 group by s.lot
 order by latest desc, s.lot
 limit %(limit)s

-- name: names_product
select exists (select 1 from posting
                where class_id = any(%(classes)s) and audience_id = any(%(audience_ids)s))
    or exists (select 1 from touch
                where class_id = any(%(classes)s) and audience_id = any(%(audience_ids)s))
