-- Samples of the store, and what a portable backup copies; see store/backup.

-- name: audiences
select audience_id from audience

-- name: body_from
-- Event keys are hashes: the first from any number on is one at random.
select body from event where event_id >= %s order by event_id limit 1

-- name: document_ends
select (select document_id from document order by document_id limit 1),
       (select document_id from document order by document_id desc limit 1)

-- name: document_from
select document_id, sha256 from document
 where document_id >= %s and size_bytes <= %s order by document_id limit 1

-- name: count_event
select count(*) from event

-- name: count_capture
select count(*) from capture

-- name: count_document
select count(*) from document

-- name: count_instance
select count(*) from instance

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
