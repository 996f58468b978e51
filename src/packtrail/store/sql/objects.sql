-- name: class_ids
select class_key, class_id from class where class_key = any(%s)

-- name: seqs
select serial, seq from instance where class_id = %s and serial = any(%s)

-- name: touches
select seq, event_id, role from touch
 where class_id = %s and seq = any(%s) and audience_id = any(%s)

-- name: postings
select block, event_id, role, lo, hi, members from posting
 where class_id = %s and block = any(%s) and audience_id = any(%s) and lo <= %s and hi >= %s

-- name: events_of_class
select p.event_id from posting p
 where p.class_id = any(:classes) and p.role = any(:roles) and p.audience_id = any(:aud)
union all
select t.event_id from touch t
 where t.class_id = any(:classes) and t.role = any(:roles) and t.audience_id = any(:aud)
