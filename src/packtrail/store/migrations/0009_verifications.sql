-- Every verification, whatever asked and whatever was answered: who, when, where, what, why.
-- Clean for Citus: `class_key` distributes it. Only ever added to, one row a question: at 200 a
-- second a day has seventeen million, so a row is small, and old months can be exported and dropped
-- by time. Scanned later by serial number, by product, by actor, by place and by time.

create table verification (
    class_key       text not null,
    verification_id uuid not null,
    item_key        text not null,
    at              timestamptz not null,
    recorded_at     timestamptz not null,
    organisation_id integer not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    way             text not null,
    purpose         text not null,
    place           text,
    station         text,
    market          text,
    lot             text,
    expires         text,
    scanned         text,
    verdict         text not null,
    reasons         text[] not null,
    rule_pack       text not null,
    detail          jsonb,
    primary key (verification_id, class_key)
);
comment on table verification is 'One question about one pack and its answer; never changed.';
comment on column verification.class_key is 'sgtin/GTIN; scan/ where nothing could be read.';
comment on column verification.item_key is 'The serial number exactly as asked about.';
comment on column verification.at is 'When it was asked: at the counter, where that was offline.';
comment on column verification.way is 'scan, fields, image, vrs, dispense, offline, ...';
comment on column verification.scanned is 'The text as it came, where it was not read cleanly.';
comment on column verification.reasons is 'Codes in the order in which a person can act on them.';
comment on column verification.detail is
    'More of it: correlation of a VRS message, operation, code of a national system, duration.';
create index verification_by_serial on verification (class_key, item_key, at);
create index verification_by_actor on verification (organisation_id, actor_id, at);
create index verification_by_place on verification (place, at) where place is not null;
create index verification_by_time on verification (organisation_id, at);
