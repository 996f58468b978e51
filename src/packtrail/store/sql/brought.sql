-- What one document brought: its own events, or those of earlier documents that it repeats.

-- name: kinds
select type, action, biz_step, count(*),
       sum(epc_count + output_count)::bigint, min(event_time), max(event_time)
  from event
 where (capture_id = %(capture_id)s or event_id = any(%(keys)s))
   and audience_id = any(%(audience_ids)s)
 group by type, action, biz_step
 order by min(event_time), type, action, biz_step

-- name: lots
select lot, min(expires)
  from event
 where (capture_id = %(capture_id)s or event_id = any(%(keys)s))
   and audience_id = any(%(audience_ids)s) and lot is not null
 group by lot
 order by min(event_time), lot
 limit %(limit)s

-- name: links
select links, count(*)
  from event
 where (capture_id = %(capture_id)s or event_id = any(%(keys)s))
   and audience_id = any(%(audience_ids)s) and links is not null
 group by links
 order by min(event_time), links
 limit %(limit)s

-- name: captures
select capture_id::text, count(*)
  from event
 where event_id = any(%(keys)s) and audience_id = any(%(audience_ids)s)
   and capture_id <> %(capture_id)s
 group by capture_id
 order by capture_id
 limit %(limit)s

-- name: parents
-- What was packed last holds the rest: the outermost come first.
select parent_class_id, parent_seq
  from event
 where (capture_id = %(capture_id)s or event_id = any(%(keys)s))
   and audience_id = any(%(audience_ids)s) and parent_class_id is not null
   and action is distinct from 'DELETE'
 group by parent_class_id, parent_seq
 order by max(event_time) desc, parent_class_id, parent_seq
 limit %(limit)s

-- name: samples
-- One body of each kind and lot, to name a few of the objects.
select body from (
    select distinct on (type, biz_step, lot) type, biz_step, lot, event_time, ordinal, body
      from event
     where (capture_id = %(capture_id)s or event_id = any(%(keys)s))
       and audience_id = any(%(audience_ids)s) and not is_error_declaration
     order by type, biz_step, lot, ordinal
) as of_a_kind
 order by event_time, ordinal
 limit %(limit)s
