-- What people say of obligations, the evidence they hand in, reminders, and calendars that others
-- subscribe to. Small local tables. Obligations themselves follow from rule packs and portfolio.

create table obligation_note (
    organisation_id integer not null references organisation (organisation_id),
    note_no         bigint generated always as identity,
    key             text not null,
    market          text not null,
    product         text not null,
    site            text not null,
    line            text not null,
    due_on          date,
    state           text,
    owner           text,
    reason          text not null,
    evidence        text not null,
    evidence_sha256 text not null,
    pack_version    text not null,
    pack_sha256     text not null,
    at              timestamptz not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    primary key (organisation_id, note_no)
);
comment on table obligation_note is 'What was said of obligations: only ever added to.';
comment on column obligation_note.key is 'Rule pack and name, with @ and its day where it comes round.';
comment on column obligation_note.market is 'Empty: every market; so with product, site and line.';
comment on column obligation_note.due_on is 'Its day, as it was known then.';
create index obligation_note_key on obligation_note (organisation_id, key, note_no);

create table obligation_evidence (
    organisation_id integer not null references organisation (organisation_id),
    sha256          text not null,
    filename        text not null,
    media_type      text not null,
    size            bigint not null,
    content         bytea not null,
    at              timestamptz not null,
    actor_name      text not null,
    primary key (organisation_id, sha256)
);
comment on table obligation_evidence is 'Files that show that something was done: only ever added to.';

create table obligation_reminder (
    organisation_id integer not null references organisation (organisation_id),
    key             text not null,
    due_on          date not null,
    days_before     integer not null,
    what            text not null,
    owner           text not null,
    at              timestamptz not null,
    seen_at         timestamptz,
    seen_by         text,
    primary key (organisation_id, key, due_on, days_before)
);
comment on table obligation_reminder is 'Who was to be reminded of what, when; a moved day reminds anew.';
create index obligation_reminder_open on obligation_reminder (organisation_id, due_on) where seen_at is null;

create table calendar_feed (
    feed_id         uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    name            text not null,
    markets         text[] not null,
    token_sha256    text not null unique,
    created_at      timestamptz not null,
    created_by      text not null,
    last_used_at    timestamptz,
    revoked_at      timestamptz
);
comment on table calendar_feed is 'Calendars of obligations that programs fetch with a secret address.';
create index calendar_feed_organisation on calendar_feed (organisation_id, created_at desc);
