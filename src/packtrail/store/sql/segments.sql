-- name: columns
select e.segment_id, e.capture_id::text, e.owner_id, e.audience_id, e.record_time, e.time_from,
       e.time_until, e.event_count, e.is_error_declaration, e.empties, e.time_zone_offset, e.type,
       e.action, e.biz_step, e.disposition, e.read_point, e.biz_location, e.lot, e.expires, e.links,
       e.template, e.columns
  from segment e

-- name: by_id
 where segment_id = any(%(segment_ids)s::bigint[])
   and audience_id = any(%(audience_ids)s::integer[])

-- name: by_id_for_all
 where segment_id = any(%(segment_ids)s::bigint[])
