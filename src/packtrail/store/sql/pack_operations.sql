-- name: hold
select 1 from pack_stripe where stripe = any(%s) order by stripe for update

-- name: insert
insert into pack_operation (organisation_id, operation_id, operation, is_undo, at, recorded_at,
                            actor_name, class_key, item_key, outcome, is_alarm, code, message,
                            verification_id, event_id, is_lot_known)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: known
select organisation_id, operation_id, operation, is_undo, at, recorded_at, actor_name, class_key,
       item_key, outcome, is_alarm, code, message, verification_id, event_id, is_lot_known
  from pack_operation
 where organisation_id = %s and operation_id = any(%s)

-- name: newest
select organisation_id, operation_id, operation, is_undo, at, recorded_at, actor_name, class_key,
       item_key, outcome, is_alarm, code, message, verification_id, event_id, is_lot_known
  from pack_operation
 where organisation_id = %(organisation)s
   and (%(alarms)s is false or is_alarm)
   and (%(class_key)s::text is null or class_key = %(class_key)s)
   and (%(item_key)s::text is null or item_key = %(item_key)s)
 order by recorded_at desc, operation_id desc
 limit %(limit)s
