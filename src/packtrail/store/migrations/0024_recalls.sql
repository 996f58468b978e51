-- Recalls and drills: what is recalled, the record that is only ever added to, and how to reach
-- holders. Small local tables; where packs are is not here, it follows from events.

create table recall (
    recall_id       uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    number          text not null,
    kind            text not null check (kind in ('recall', 'drill')),
    title           text not null,
    hazard          text not null,
    depth           text not null,
    check_level     text not null,
    remind_for_hours integer,
    market          text,
    reason          text not null,
    subjects        jsonb not null,
    opened_at       timestamptz not null,
    opened_by       text not null,
    unique (organisation_id, number)
);
comment on table recall is 'What is recalled, or found and counted in a drill, and how far it goes.';
comment on column recall.subjects is 'List of {gtin, lot, serial}: products, lots, single packs.';
create index recall_newest on recall (organisation_id, opened_at);

create table recall_entry (
    recall_id uuid not null references recall (recall_id),
    number    integer not null,
    kind      text not null,
    at        timestamptz not null,
    by        text not null,
    actor_id  text not null,
    holder    text,
    detail    jsonb not null default '{}',
    primary key (recall_id, number)
);
comment on table recall_entry is 'The record of a recall: rows are added, never altered.';
comment on column recall_entry.holder is 'GLN of the holder it is about, or what events call it.';

create table recall_contact (
    organisation_id integer not null references organisation (organisation_id),
    holder          text not null,
    name            text not null,
    person          text not null,
    email           text not null,
    phone           text not null,
    country         text,
    language        text,
    is_retail       boolean,
    changed_at      timestamptz not null,
    changed_by      text not null,
    primary key (organisation_id, holder)
);
comment on table recall_contact is 'How to reach who may hold packs; the audit trail keeps every word.';
comment on column recall_contact.is_retail is 'A pharmacy or hospital; null: as its events show.';
