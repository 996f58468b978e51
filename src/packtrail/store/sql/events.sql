-- name: select_events
select e.event_id, e.identity, e.event_time, e.record_time, e.capture_id, e.owner_id, e.body from event e

-- name: count
select count(*) from event where audience_id = any(%s)

-- name: members
select distinct organisation_id from audience_member where audience_id = any(%s)
