-- name: insert_value
insert into segment_value (name, segment_id, audience_id, number, text)
values (%s, %s, %s, %s, %s)

-- name: known_prefixes
select prefix, namespace from namespace_prefix where prefix = any(%s)

-- name: insert_prefix
insert into namespace_prefix (prefix, namespace) values (%s, %s) on conflict do nothing
