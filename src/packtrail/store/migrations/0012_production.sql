-- Sites, lines and trade items; work orders, what lines reported of them, and signatures. Small local
-- tables: what happened to packs is in events, here is who was to do what, and who said what.

create table site (
    site_id         integer generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    name            text not null,
    gln             text,
    country         text,
    time_zone       text not null,
    created_at      timestamptz not null,
    created_by      text not null,
    unique (organisation_id, code)
);
comment on table site is 'A plant. Its row is the lock on what is done with goods there.';
comment on column site.organisation_id is 'Who runs it.';

create table packaging_line (
    line_id         integer generated always as identity primary key,
    site_id         integer not null references site (site_id),
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    name            text not null,
    read_point      text,
    levels          text[] not null,
    speed_packs_per_minute integer,
    capability      jsonb not null default '{}',
    created_at      timestamptz not null,
    created_by      text not null,
    retired_at      timestamptz,
    unique (organisation_id, code)
);
comment on column packaging_line.read_point is 'SGLN as URI; null: that of the site.';
comment on column packaging_line.levels is 'The levels of packing that it serialises.';
comment on column packaging_line.capability is 'More of what it can do, as its maker says.';

create table packaging (
    packaging_id integer generated always as identity primary key,
    owner_id     integer not null references organisation (organisation_id),
    audience_id  integer not null references audience (audience_id),
    code         text not null,
    name         text not null,
    gtin         text not null,
    market       text not null,
    national_number text,
    tiers        jsonb not null,
    labels       jsonb not null default '{}',
    created_at   timestamptz not null,
    created_by   text not null,
    unique (owner_id, code)
);
comment on table packaging is 'A trade item of an owner with its levels of packing, as orders begin with it.';
create index packaging_gtin on packaging (gtin);

create table work_order (
    order_id     uuid primary key,
    owner_id     integer not null references organisation (organisation_id),
    operator_id  integer not null references organisation (organisation_id),
    audience_id  integer not null references audience (audience_id),
    line_id      integer not null references packaging_line (line_id),
    code         text not null,
    gtin         text not null,
    lot          text not null,
    terms        jsonb not null,
    state        text not null,
    is_released  boolean not null default false,
    revision     integer not null default 1,
    created_at   timestamptz not null,
    created_by   text not null,
    started_at   timestamptz,
    ended_at     timestamptz,
    closed_at    timestamptz,
    steps        bigint not null default 0,
    reports      bigint not null default 0,
    in_sequence  bigint not null default 0,
    unnumbered   bigint not null default 0,
    counts       jsonb not null default '{}',
    line_counts  jsonb not null default '{}',
    findings     jsonb not null default '[]',
    unique (owner_id, code)
);
comment on table work_order is 'A batch on a line. Its row is the lock on its reports.';
comment on column work_order.owner_id is 'Whose goods they are.';
comment on column work_order.operator_id is 'Whose line packs them: the owner, or a CMO.';
comment on column work_order.in_sequence is 'Up to here its numbered reports are taken, in order.';
comment on column work_order.unnumbered is 'Reports taken without a number, or after the line went on.';
comment on column work_order.counts is 'What its reports came to, a sum for each kind and level.';
comment on column work_order.line_counts is 'What the line last said it counted.';
comment on column work_order.findings is 'What it waits for.';
create index work_order_visible on work_order (audience_id, state, created_at desc);
create index work_order_line on work_order (line_id, state);
create index work_order_lot on work_order (gtin, lot);

create table work_order_step (
    order_id   uuid not null,
    step_no    bigint not null,
    trigger    text not null,
    before     text,
    after      text not null,
    reason     text not null,
    request_id text,
    at         timestamptz not null,
    actor_kind text not null,
    actor_id   text not null,
    actor_name text not null,
    detail     jsonb not null,
    primary key (order_id, step_no),
    unique (order_id, request_id)
);
comment on table work_order_step is 'Commands and signals that an order got: only ever added to.';

create table work_order_numbers (
    order_id   uuid not null,
    level      text not null,
    draw_no    integer not null,
    pool       text not null,
    request_id text not null,
    asked      bigint not null,
    count      bigint not null,
    at         timestamptz not null,
    primary key (order_id, level, draw_no),
    unique (pool, request_id)
);
comment on table work_order_numbers is
    'Allocations of an order, by the request id that the ledger of the pool knows them by.';

create table line_report (
    order_id    uuid not null,
    report_no   bigint not null,
    request_id  text not null,
    source      text not null,
    sequence_no bigint,
    sha256      bytea not null,
    content     bytea not null,
    received_at timestamptz not null,
    first_at    timestamptz,
    last_at     timestamptz,
    actor_kind  text not null,
    actor_id    text not null,
    actor_name  text not null,
    happenings  integer not null,
    held        jsonb,
    capture_id  uuid,
    parked      integer not null default 0,
    refused     integer not null default 0,
    done        jsonb not null default '{}',
    findings    jsonb not null default '[]',
    primary key (order_id, report_no),
    unique (order_id, request_id)
);
comment on table line_report is 'What a line said it did, as it said it: only ever added to.';
comment on column line_report.sequence_no is 'The line''s own count of its reports of the order.';
comment on column line_report.held is 'What it tells, while one before it is missing; null: it is taken.';
create index line_report_held on line_report (order_id, sequence_no) where held is not null;
create index line_report_sequence on line_report (order_id, sequence_no) where sequence_no is not null;
create index line_report_recent on line_report (order_id, last_at);

create table line_refusal (
    order_id  uuid not null,
    report_no bigint not null,
    number    text not null,
    code      text not null,
    at        timestamptz not null,
    primary key (order_id, report_no, number, code)
);
comment on table line_refusal is 'Numbers that a line named and that could not be: unknown, doubled, ...';

create table parked_happening (
    order_id  uuid not null,
    report_no bigint not null,
    place     integer not null,
    happening jsonb not null,
    why       text not null,
    at        timestamptz not null,
    parked_at timestamptz not null,
    ended_at  timestamptz,
    ended_by  text,
    reason    text,
    primary key (order_id, report_no, place)
);
comment on table parked_happening is 'What waits for a report that is late.';
comment on column parked_happening.ended_by is 'Who dismissed it; null: it happened, or was refused.';
create index parked_happening_open on parked_happening (order_id, at) where ended_at is null;

create table number_mark (
    order_id  uuid not null,
    level     text not null,
    number    text not null,
    kind      text not null,
    reason    text not null,
    note      text not null,
    at        timestamptz not null,
    primary key (order_id, level, number, kind)
);
comment on table number_mark is
    'Printed numbers that nothing was commissioned with, and why packs were taken out.';

create table printed_numbers (
    order_id  uuid not null,
    report_no bigint not null,
    level     text not null,
    numbers   text[] not null,
    primary key (order_id, report_no, level)
);
comment on table printed_numbers is 'Numbers that the line said it printed.';

create table order_account (
    order_id uuid not null,
    digest   text not null,
    account  jsonb not null,
    made_at  timestamptz not null,
    primary key (order_id, digest)
);
comment on table order_account is 'Reconciliations as they were signed: only ever added to.';

create table rework (
    rework_id   uuid primary key,
    owner_id    integer not null references organisation (organisation_id),
    audience_id integer not null references audience (audience_id),
    site_id     integer not null references site (site_id),
    request_id  text not null,
    happening   jsonb not null,
    capture_id  uuid not null,
    at          timestamptz not null,
    done_at     timestamptz not null,
    actor_kind  text not null,
    actor_id    text not null,
    actor_name  text not null,
    findings    jsonb not null,
    unique (site_id, request_id)
);
comment on table rework is 'What was done by hand at a rework station: only ever added to.';
create index rework_newest on rework (audience_id, done_at desc);

create table signature (
    signature_id    uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    audience_id     integer not null references audience (audience_id),
    subject_kind    text not null,
    subject_id      text not null,
    digest          text not null,
    meaning         text not null,
    comment         text not null,
    account_id      text not null,
    signer_name     text not null,
    at              timestamptz not null
);
comment on table signature is 'Who signed what, when, with which meaning: only ever added to (21 CFR 11).';
comment on column signature.digest is 'Of what was signed, as it was then.';
create index signature_subject on signature (subject_kind, subject_id, at);

create function signature_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'signatures are append-only';
end $$;
create trigger signature_append_only before update or delete or truncate on signature
    for each statement execute function signature_refuse_change();

alter table account drop constraint account_role_check;
alter table account add constraint account_role_check
    check (role in ('administrator', 'operator', 'quality', 'reader', 'auditor'));
