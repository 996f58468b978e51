-- name: events
select e.event_id, e.type, e.action, e.biz_step, e.disposition, e.parent_class_id, e.parent_seq,
       e.empties, e.identity,
       (e.owner_id, e.identity) in (
           select d.owner_id, d.identity from event d
            where d.is_error_declaration
              and (%(as_known_at)s::timestamptz is null
                   or d.record_time <= %(as_known_at)s::timestamptz)),
       hash_record_extended(row(e.event_time, e.type, e.action, e.biz_step, e.disposition,
                                e.read_point, e.biz_location, e.parent_class_id, e.parent_seq), 0),
       hash_record_extended(row(e.event_time, e.read_point, e.lot, e.expires), 0),
       (extract(epoch from e.event_time) * 1000000)::bigint, e.read_point, e.biz_location,
       e.links, e.lot, e.expires
  from event e
 where e.audience_id = any(%(audience_ids)s) and not e.is_error_declaration
   and (%(as_of)s::timestamptz is null or e.event_time <= %(as_of)s::timestamptz)
   and (%(as_known_at)s::timestamptz is null or e.record_time <= %(as_known_at)s::timestamptz)
 order by e.event_time, e.record_time, e.ordinal, e.identity

-- name: class_sizes
select class_id, next_seq from class where next_seq > 0 order by class_id

-- name: classes
select class_id, class_key, prefix_length, next_seq from class order by class_key

-- name: postings
select class_id, block, event_id, role, lo, hi, members from posting
 where audience_id = any(%(audience_ids)s) and role < 10

-- name: touches
select class_id, seq, event_id, role from touch
 where audience_id = any(%(audience_ids)s) and role < 10
