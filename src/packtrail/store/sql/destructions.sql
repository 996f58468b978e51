-- name: insert
insert into destruction_order (organisation_id, first_day, reason, foreseen, ordered_at, ordered_by, ordered_by_id)
values (%(organisation_id)s, %(first_day)s, %(reason)s, %(foreseen)s, %(at)s, %(by)s, %(by_id)s)
returning order_id

-- name: every
select order_id, organisation_id, first_day, reason, foreseen, ordered_at, ordered_by, ordered_by_id,
       approved_at, approved_by, withdrawn_at, withdrawn_by, withdrawn_reason, done_at
  from destruction_order

-- name: of_organisation
 where organisation_id = %s order by order_id desc

-- name: one
 where order_id = %s and organisation_id = %s and withdrawn_at is null and done_at is null for update

-- name: of_month
 where first_day = %s and withdrawn_at is null order by organisation_id

-- name: approve
update destruction_order
   set approved_at = %(at)s, approved_by = %(by)s, approved_by_id = %(by_id)s
 where order_id = %(order_id)s

-- name: withdraw
update destruction_order
   set withdrawn_at = %(at)s, withdrawn_by = %(by)s, withdrawn_reason = %(reason)s
 where order_id = %(order_id)s

-- name: done
update destruction_order set done_at = %(at)s where first_day = %(day)s and withdrawn_at is null
