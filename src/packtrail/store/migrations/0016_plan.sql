-- Programmes and what people write into them. Small local tables. A schedule is never stored: it
-- follows from the entries and the day.

create table programme (
    programme_id    integer generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    name            text not null,
    terms           jsonb not null,
    version         bigint not null default 0,
    created_at      timestamptz not null,
    created_by      text not null,
    archived_at     timestamptz,
    unique (organisation_id, code)
);
comment on table programme is 'A serialisation programme of an organisation. Its row is the lock on its entries.';
comment on column programme.version is 'Counts the changes: what was worked out for a version holds for ever.';

create table plan_entry (
    programme_id integer not null references programme (programme_id),
    kind         text not null,
    code         text not null,
    revision     integer not null,
    body         jsonb not null,
    changed_at   timestamptz not null,
    changed_by   text not null,
    primary key (programme_id, kind, code)
);
comment on table plan_entry is 'What a programme consists of: work packages, links, dates, scope, registers.';

create table plan_change (
    programme_id integer not null references programme (programme_id),
    version      bigint not null,
    change_no    integer not null,
    kind         text not null,
    code         text not null,
    before       jsonb,
    after        jsonb,
    at           timestamptz not null,
    actor_kind   text not null,
    actor_id     text not null,
    actor_name   text not null,
    reason       text not null,
    primary key (programme_id, version, change_no)
);
comment on table plan_change is 'Every change of every entry: only ever added to.';
create index plan_change_entry on plan_change (programme_id, kind, code, version);

create table plan_baseline (
    programme_id integer not null references programme (programme_id),
    baseline_no  integer not null,
    name         text not null,
    version      bigint not null,
    body         jsonb not null,
    at           timestamptz not null,
    created_by   text not null,
    reason       text not null,
    primary key (programme_id, baseline_no)
);
comment on table plan_baseline is 'A schedule as it was agreed; drift is measured from it.';
