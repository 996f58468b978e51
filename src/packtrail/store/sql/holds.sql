-- name: insert
insert into legal_hold (organisation_id, kind, subject, first_day, last_day, reason, owner, placed_at,
                        placed_by, placed_by_id)
values (%(organisation_id)s, %(kind)s, %(subject)s, %(first_day)s, %(last_day)s, %(reason)s, %(owner)s,
        %(placed_at)s, %(placed_by)s, %(placed_by_id)s)
returning hold_id

-- name: turn
-- Waits while a month is dropped or destroyed: what there is to hold is looked at afterwards.
lock table legal_hold in row exclusive mode

-- name: keep_still
lock table legal_hold in share mode

-- name: every
select hold_id, organisation_id, kind, subject, first_day, last_day, reason, owner, placed_at, placed_by,
       placed_by_id, released_at, released_by
  from legal_hold

-- name: of_organisation
 where organisation_id = %s order by hold_id desc

-- name: in_force
 where released_at is null order by hold_id

-- name: one
 where hold_id = %s and organisation_id = %s and released_at is null for update

-- name: release
update legal_hold set released_at = %(at)s, released_by = %(by)s where hold_id = %(hold_id)s

-- name: reaches_lot
select exists (
    select 1 from segment
     where segment_id >= %(low)s and segment_id < %(high)s and lot = %(subject)s)

-- name: segments_of_lot
select segment_id from segment where lot = %(subject)s

-- name: reaches_shipment
select exists (
    select 1 from segment s, unnest(s.links) as link
     where segment_id >= %(low)s and segment_id < %(high)s
       and substr(link, strpos(link, '|') + 1) = %(subject)s)

-- name: reaches_classes
select exists (
    select 1 from posting
     where segment_id >= %(low)s and segment_id < %(high)s and class_id = any(%(classes)s)
    union all
    select 1 from touch
     where segment_id >= %(low)s and segment_id < %(high)s and class_id = any(%(classes)s))

-- name: is_recorded_lot
select exists (select 1 from segment where lot = %(subject)s)

-- name: is_recorded_shipment
select exists (
    select 1 from segment s, unnest(s.links) as link
     where substr(link, strpos(link, '|') + 1) = %(subject)s)
