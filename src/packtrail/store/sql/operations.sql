-- How the store fares, for the operator.

-- name: relations
-- Tables that hold rows, each partition by itself, with their indexes.
select c.oid::regclass::text, coalesce(pg_partition_root(c.oid), c.oid)::regclass::text,
       pg_total_relation_size(c.oid)
  from pg_class c
 where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'

-- name: database
select pg_database_size(current_database())

-- name: unfinished
select count(*) from capture where is_running

-- name: last_audited
select at, detail from audit
 where organisation_id = 0 and action = %s order by audit_no desc limit 1
