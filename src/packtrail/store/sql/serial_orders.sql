-- name: insert
insert into serial_order (order_id, pool_id, count, ordered_at, ordered_by)
values (%(order_id)s, %(pool_id)s, %(count)s, %(ordered_at)s, %(ordered_by)s)
on conflict (pool_id) where closed_at is null do nothing

-- name: orders
select order_id, pool_id, count, delivered, ordered_at, ordered_by, sent_at, closed_at
  from serial_order

-- name: change
update serial_order
   set sent_at = coalesce(%(sent_at)s, sent_at), closed_at = coalesce(%(closed_at)s, closed_at)
 where order_id = %(order_id)s

-- name: deliver
update serial_order
   set delivered = delivered + %(count)s, sent_at = coalesce(sent_at, %(at)s),
       closed_at = case when delivered + %(count)s >= count then %(at)s end
 where pool_id = %(pool_id)s and closed_at is null
