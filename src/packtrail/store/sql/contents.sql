-- name: events_of_parents
select distinct event_id from touch
 where class_id = %s and seq = any(%s) and audience_id = any(%s) and role = %s

-- name: blocks
select distinct class_id, block from posting where event_id = any(%(events)s) and role = 3
union
select distinct class_id, seq >> 12 from touch where event_id = any(%(events)s) and role = 3

-- name: child_postings
select block, event_id, lo, hi, members from posting
 where class_id = %(class_id)s and block = any(%(blocks)s) and audience_id = any(%(audience_ids)s)
   and role = %(role)s

-- name: child_touches
select seq, event_id from touch
 where class_id = %s and seq between %s and %s and audience_id = any(%s) and role = %s
