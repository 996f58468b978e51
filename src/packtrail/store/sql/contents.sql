-- name: child_postings
select segment_id from posting
 where class_id = %(class_id)s and block = any(%(blocks)s) and audience_id = any(%(audience_ids)s)
   and role = %(role)s

-- name: child_touches
select segment_id from touch
 where class_id = %s and seq between %s and %s and audience_id = any(%s) and role = %s
