-- Segments: like events of one document kept together, column by column, in place of a row for every
-- event, every serial and every body (decision 0020). What is stored already is written anew by
-- migrations/segments.py in the same transaction; the migration after drops what was there before.
-- Clean for Citus: `class_id` distributes name_block, posting and touch, `event_id` event_key and
-- retold, `segment_id` segment and segment_value, `capture_id` capture and original; each is in every
-- unique key of its table. `month` and `legal_hold` stay local.

create table segment (
    segment_id           bigint not null,
    capture_id           uuid not null,
    owner_id             integer not null,
    audience_id          integer not null,
    record_time          timestamptz not null,
    time_from            timestamptz not null,
    time_until           timestamptz not null,
    event_count          integer not null,
    object_count         integer not null,
    part_no              integer not null,
    is_error_declaration boolean not null,
    empties              boolean not null,
    time_zone_offset     text not null,
    type                 text not null,
    action               text,
    biz_step             text,
    disposition          text,
    read_point           text,
    biz_location         text,
    lot                  text,
    expires              text,
    links                text[],
    facts                bigint[],
    template             bytea not null,
    columns              bytea not null,
    primary key (segment_id)
) partition by range (segment_id);
comment on table segment is
    'Up to 1,024 events of one document that differ in time, identity and objects alone.';
comment on column segment.segment_id is
    'Milliseconds of record_time since 2020, then 21 bits of a counter; see store/ids.py.';
comment on column segment.time_from is 'Time of the first event; time_until is that of the last.';
comment on column segment.object_count is 'Objects named, each as often as it is named; no parents.';
comment on column segment.part_no is 'Part of the original that holds the events.';
comment on column segment.empties is 'They unpack everything their parent holds, without naming it.';
comment on column segment.links is
    'Business transactions, sources and destinations as `t:type|id`, `s:type|id`, `d:type|id`.';
comment on column segment.facts is
    'Hashes of fields and values that have no column; null where there are none.';
comment on column segment.template is
    'zstd of an event as standalone JSON-LD, without what tells the events apart.';
comment on column segment.columns is 'What tells the events apart; see store/columns.py.';
alter table segment alter column template set storage external;
alter table segment alter column columns set storage external;
create index segment_by_first on segment (time_from, segment_id);
create index segment_by_last on segment (time_until, segment_id);
create index segment_by_record_time on segment (record_time, segment_id);
-- These have so few combinations that one small index answers for each of them.
create index segment_by_kind on segment (biz_step, disposition, action, type);
create index segment_by_read_point on segment (read_point) where read_point is not null;
create index segment_by_biz_location on segment (biz_location) where biz_location is not null;
create index segment_by_lot on segment (lot) where lot is not null;
create index segment_by_expiry on segment (expires) where expires is not null;
create index segment_that_declares_error on segment (time_from) where is_error_declaration;
create index segment_by_link on segment using gin (links) with (fastupdate = off)
    where links is not null;
create index segment_by_fact on segment using gin (facts) with (fastupdate = off)
    where facts is not null;

create table segment_value (
    name        bigint not null,
    segment_id  bigint not null,
    audience_id integer not null,
    number      numeric,
    text        text
);
comment on table segment_value is 'Values of fields without a column, to compare and to order by.';
comment on column segment_value.name is 'Hash of the field, see store/facts.py.';
comment on column segment_value.number is 'In the base unit; of a time the microseconds since 1970.';
comment on column segment_value.text is 'Beginning of a text, to order by.';
create index segment_value_by_name on segment_value (name, number, segment_id)
    include (audience_id);

create table event_key (
    event_id   bigint primary key,
    segment_id bigint not null
);
comment on table event_key is 'Which events are recorded: what makes recording them again a no-op.';
comment on column event_key.event_id is
    'First 63 bits of a hash of owner, identity and is_error_declaration; see store/identity.py.';

create table retold (
    event_id    bigint not null,
    segment_id  bigint not null,
    audience_id integer not null,
    primary key (event_id, segment_id)
);
comment on table retold is
    'Events recorded a second time, for those who could not see the first record.';

create table name_block (
    class_id       integer not null,
    seq_from       integer not null,
    keys           bigint[] not null,
    serials        bytea not null,
    prefix_lengths bytea,
    primary key (class_id, seq_from)
);
comment on table name_block is
    'The dictionary: up to 200 objects of a class, numbered in order of first sight.';
comment on column name_block.keys is
    'By object: class_id, then 32 bits of a hash of the serial; to find it by.';
comment on column name_block.serials is 'zstd of the serials; see store/names.py.';
comment on column name_block.prefix_lengths is
    'By object, where objects of one class may differ in it (SSCC); 0 is unknown.';
alter table name_block alter column keys set storage external;
alter table name_block alter column serials set storage external;
create index name_block_by_key on name_block using gin (keys) with (fastupdate = off);

alter table class add column salt bigint;
update class set salt = (random() * 9e18)::bigint;
alter table class alter column salt set not null;
comment on column class.salt is 'Secret start of the hashes of its serials.';

alter table posting rename to posting_of_event;
alter table posting_of_event rename constraint posting_pkey to posting_of_event_pkey;
alter table touch rename to touch_of_event;
alter table touch_of_event rename constraint touch_pkey to touch_of_event_pkey;

create table posting (
    segment_id  bigint not null,
    class_id    integer not null,
    block       integer not null,
    audience_id integer not null,
    role        smallint not null,
    lo          smallint not null,
    hi          smallint not null,
    members     bytea
);
comment on table posting is
    'Which of 4,096 neighbouring objects the events of a segment name, two or more of them.';
comment on column posting.block is 'seq / 4096; lo and hi are seq % 4096.';
comment on column posting.members is
    'Null: all from lo to hi. Else a list or bitmap; see store/blocks.py.';
create index posting_by_block on posting (class_id, block);

create table touch (
    segment_id  bigint not null,
    class_id    integer not null,
    seq         integer not null,
    audience_id integer not null,
    role        smallint not null
);
comment on table touch is 'A segment whose events name one single object of a block.';
create index touch_by_object on touch (class_id, seq);

alter table capture
    add column media_type    text,
    add column filename      text,
    add column size_bytes    bigint,
    add column sha256        bytea,
    add column segment_from  bigint,
    add column segment_until bigint;
update capture c
   set media_type = d.media_type, filename = d.filename, size_bytes = d.size_bytes,
       sha256 = d.sha256
  from document d where d.document_id = c.document_id;
alter table capture
    alter column media_type set not null,
    alter column size_bytes set not null,
    alter column sha256 set not null;
comment on table capture is 'A document that somebody handed in, and what became of it.';
comment on column capture.segment_from is
    'Where the numbers of its segments begin; segment_until is after the last. Null: it has none.';
create index capture_by_filename on capture (filename) where filename is not null;

create table original (
    capture_id uuid not null,
    part_no    integer not null,
    kind       smallint not null,
    content    bytea not null,
    primary key (capture_id, part_no)
) partition by range (capture_id);
comment on table original is 'What somebody handed in, byte for byte, in parts.';
comment on column original.kind is
    '0: zstd of the octets. 1: woven, zstd of the text with holes that segments fill. 2: the '
    'octets are those of another capture.';
alter table original alter column content set storage external;

create table month (
    first_day    date primary key,
    segment_from bigint not null,
    made_at      timestamptz not null,
    closed_at    timestamptz,
    exported_at  timestamptz,
    manifest     jsonb,
    dropped_at   timestamptz
);
comment on table month is 'Months in which something was recorded; each has partitions of its own.';
comment on column month.manifest is 'Files of the export, with their SHA-256.';

create table legal_hold (
    hold_id         integer generated always as identity primary key,
    organisation_id integer not null,
    reason          text not null,
    first_day       date not null,
    last_day        date,
    placed_at       timestamptz not null,
    placed_by       text not null,
    released_at     timestamptz,
    released_by     text
);
comment on table legal_hold is 'Months that must not be dropped, whatever their age, and why.';
