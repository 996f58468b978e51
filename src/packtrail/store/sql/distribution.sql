-- name: has_citus
select 1 from pg_extension where extname = 'citus'

-- name: nodes
select count(*) from pg_dist_node where isactive and shouldhaveshards

-- name: spread
select logicalrelid::text from pg_dist_partition where partmethod = 'h'

-- name: distribute
select create_distributed_table(%s::text::regclass, %s::text, colocate_with => %s::text)
