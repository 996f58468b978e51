-- Samples of the store, and what a portable backup copies; see store/backup.

-- name: audiences
select audience_id from audience

-- name: segment_from
-- Event keys are hashes: the first from any number on is one at random.
select segment_id from event_key where event_id >= %s order by event_id limit 1

-- name: document_ends
select (select capture_id from capture order by capture_id limit 1),
       (select capture_id from capture order by capture_id desc limit 1)

-- name: document_from
-- Of a capture that is still to be run the document is there, too.
select capture_id, sha256 from capture
 where capture_id >= %s and size_bytes <= %s
   and exists (select 1 from original o where o.capture_id = capture.capture_id)
 order by capture_id limit 1

-- name: count_event_key
select count(*) from event_key

-- name: count_capture
select count(*) from capture

-- name: count_original
select count(*) from original

-- name: count_name_block
select count(*) from name_block

-- name: count_pool_block
select count(*) from pool_block

-- name: count_audit
select count(*) from audit

-- name: tables
-- Every table of ours with the columns a copy needs, those that others refer to first.
select c.relname::text,
       array(select a.attname::text from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' order by a.attnum),
       array(select a.attname::text from pg_attribute a
              where a.attrelid = c.oid and a.attidentity <> '' and not a.attisdropped),
       array(select distinct k.confrelid::regclass::text from pg_constraint k
              where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid)
  from pg_class c
 where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
   and not c.relispartition and c.relname <> 'schema_migration'
 order by c.relname

-- name: backup_progress
select coalesce(backup_streamed, 0), coalesce(backup_total, 0) from pg_stat_progress_basebackup

-- name: any_table
select relname::text from pg_class
 where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
 order by relname limit 1

-- name: last_number
select pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)

-- name: set_number
-- A sequence that gave no number yet stays as it is.
select setval(pg_get_serial_sequence(t.name, t.numbered), t.last)
  from (values (%s, %s, %s::bigint)) t (name, numbered, last) where t.last > 0

-- name: server_bytes
select sum(pg_database_size(oid))::bigint from pg_database
