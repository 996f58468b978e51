-- How the store fares, for the operator.

-- name: table_sizes
-- A partitioned table counts with its partitions.
select relation::text as name, sum(pg_total_relation_size(member))::bigint as size_bytes
  from (select coalesce(pg_partition_root(c.oid), c.oid)::regclass as relation, c.oid as member
          from pg_class c
         where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r') members
 group by relation order by size_bytes desc, name

-- name: unfinished
select count(*) from capture where is_running

-- name: last_audited
select at, detail from audit
 where organisation_id = 0 and action = %s order by audit_no desc limit 1
