-- name: insert_order
insert into work_order (order_id, owner_id, operator_id, audience_id, line_id, code, gtin, lot,
                        terms, state, is_released, created_at, created_by)
values (%(order_id)s, %(owner_id)s, %(operator_id)s, %(audience_id)s, %(line_id)s, %(code)s,
        %(gtin)s, %(lot)s, %(terms)s, %(state)s, %(is_released)s, %(created_at)s, %(created_by)s)
on conflict do nothing
returning order_id

-- name: orders
select w.order_id::text, w.owner_id, o.code as owner, w.operator_id, p.code as operator,
       w.audience_id, w.line_id, l.code as line, l.name as line_name, l.site_id, w.code, w.gtin,
       w.lot, w.terms, w.state, w.is_released, w.revision, w.created_at, w.created_by, w.started_at,
       w.ended_at, w.closed_at, w.steps, w.reports, w.in_sequence, w.unnumbered,
       w.counts, w.line_counts, w.findings
  from work_order w
       join organisation o on o.organisation_id = w.owner_id
       join organisation p on p.organisation_id = w.operator_id
       join packaging_line l using (line_id)

-- name: lock_order
select 1 from work_order where order_id = %s for update

-- name: update_order
update work_order
   set state = %(state)s, is_released = %(is_released)s, revision = %(revision)s,
       line_id = %(line_id)s, gtin = %(gtin)s, lot = %(lot)s, terms = %(terms)s,
       started_at = %(started_at)s, ended_at = %(ended_at)s, closed_at = %(closed_at)s,
       findings = %(findings)s
 where order_id = %(order_id)s

-- name: counts
select counts from work_order where order_id = %s for update

-- name: set_counts
update work_order set counts = %s where order_id = %s

-- name: append_step
with counted as (
    update work_order set steps = steps + 1 where order_id = %(order_id)s returning steps
)
insert into work_order_step (order_id, step_no, trigger, before, after, reason, request_id, at,
                             actor_kind, actor_id, actor_name, detail)
select %(order_id)s, counted.steps, %(trigger)s, %(before)s, %(after)s, %(reason)s, %(request_id)s,
       %(at)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s, %(detail)s
  from counted

-- name: steps
select step_no, trigger, before, after, reason, request_id, at, actor_kind, actor_id, actor_name,
       detail
  from work_order_step where order_id = %(order_id)s

-- name: insert_numbers
insert into work_order_numbers (order_id, level, draw_no, pool, request_id, asked, count, at)
values (%(order_id)s, %(level)s, %(draw_no)s, %(pool)s, %(request_id)s, %(asked)s, %(count)s, %(at)s)
on conflict do nothing

-- name: numbers
select order_id::text, level, draw_no, pool, request_id, asked, count, at from work_order_numbers

-- name: busy
select w.code from work_order w
 where w.line_id = %s and w.state = any(%s) and w.order_id <> %s
 order by w.code limit 1
