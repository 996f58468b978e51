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

-- name: captures_since
-- Their ids begin with the time; nobody waits for a count of more than can matter.
select count(*) from (select 1 from capture where capture_id >= %s limit %s) as since
