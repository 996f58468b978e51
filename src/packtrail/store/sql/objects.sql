-- name: class_ids
select class_key, class_id from class where class_key = any(%s)

-- name: by_serial
select i.class_id, i.seq, i.serial, coalesce(i.prefix_length, c.prefix_length)
  from class c join instance i on i.class_id = c.class_id
 where c.class_key = %s and i.serial = any(%s)

-- name: sightings
-- Touches, then the postings that may name one of the seqs; whether they do, the members tell.
select seq, event_id, role, null::smallint as lo, null::smallint as hi, null::bytea as members
  from touch
 where class_id = %(class_id)s and seq = any(%(seqs)s) and audience_id = any(%(audience_ids)s)
union all
select block, event_id, role, lo, hi, members
  from posting
 where class_id = %(class_id)s and block = any(%(blocks)s) and audience_id = any(%(audience_ids)s)
   and lo <= %(highest)s and hi >= %(lowest)s

-- name: names
select i.seq, c.class_key, i.serial, coalesce(i.prefix_length, c.prefix_length)
  from instance i join class c on c.class_id = i.class_id
 where i.class_id = %s and i.seq = any(%s)

-- name: events_of_class
select p.event_id from posting p
 where p.class_id = any(:classes) and p.role = any(:roles) and p.audience_id = any(:aud)
union all
select t.event_id from touch t
 where t.class_id = any(:classes) and t.role = any(:roles) and t.audience_id = any(:aud)

-- name: class_ids_like
select class_id from class
 where class_key like %(classes)s
   and (%(length)s::integer is null or prefix_length is null or prefix_length = %(length)s)

-- name: instances_like
select i.class_id, i.seq
  from class c join instance i on i.class_id = c.class_id
 where c.class_key like %(classes)s and i.serial like %(serials)s
   and (%(length)s::integer is null or coalesce(i.prefix_length, c.prefix_length, %(length)s) = %(length)s)
