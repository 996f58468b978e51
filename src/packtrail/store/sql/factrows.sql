-- name: copy_values
copy event_value (name, event_id, audience_id, number, text) from stdin (format binary)

-- name: known_prefixes
select prefix, namespace from namespace_prefix where prefix = any(%s)

-- name: insert_prefix
insert into namespace_prefix (prefix, namespace) values (%s, %s) on conflict do nothing

-- name: next_bodies
select event_id, audience_id, body from event where event_id > %s order by event_id limit %s

-- name: set_facts
update event set facts = %s where event_id = %s
