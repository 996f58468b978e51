-- name: has_citus
select 1 from pg_extension where extname = 'citus'

-- name: nodes
select count(*) from pg_dist_node where isactive and shouldhaveshards

-- name: spread
select logicalrelid::text from pg_dist_partition where partmethod = 'h'

-- name: shard_sizes
-- A partition has shards of its own. The coordinator's tables of these names are empty.
select s.logicalrelid::text, sum(z.size)::bigint
  from citus_shard_sizes() z join pg_dist_shard s on s.shardid = z.shard_id
 group by s.logicalrelid

-- name: worker_sizes
select nodename, nodeport, success, result
  from run_command_on_workers('select pg_database_size(current_database())')

-- name: distribute
select create_distributed_table(%s::text::regclass, %s::text, colocate_with => %s::text)
