-- Reports to authorities and partners: who takes them, what became of each, every byte that left or
-- came back, and every check before. Small local tables; steps, files, reasons, facts and checks are
-- only ever added to.

create table report_receiver (
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    version_no      integer not null check (version_no > 0),
    content         jsonb not null,
    changed_at      timestamptz not null,
    changed_by      text not null,
    primary key (organisation_id, code, version_no)
);
comment on table report_receiver is 'Who takes reports, which, and how; the last version counts.';

create table report_fact (
    fact_no         bigint generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    kind            text not null check (kind in ('item', 'place')),
    subject         text not null,
    name            text not null,
    value           text not null,
    changed_at      timestamptz not null,
    changed_by      text not null
);
comment on table report_fact is
    'What forms ask of trade items (GTIN) and places (GLN) beside master data; the last word counts.';
comment on column report_fact.value is 'Empty: nothing is said any more.';
create index report_fact_subject on report_fact (organisation_id, kind, subject, name, fact_no);

create table report_watermark (
    organisation_id integer not null references organisation (organisation_id),
    receiver        text not null,
    until           timestamptz not null,
    primary key (organisation_id, receiver)
);
comment on table report_watermark is 'Events recorded before it were looked at for a receiver.';

create table report (
    report_id       uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    number          integer not null,
    receiver        text not null,
    form            text not null,
    happening       text not null,
    subject_kind    text not null,
    subject_key     text not null,
    gtin            text not null,
    lot             text not null,
    title           text not null,
    facts           jsonb not null,
    state           text not null,
    step_no         integer not null,
    version_no      integer not null,
    happened_at     timestamptz,
    due_at          timestamptz,
    due_words       text not null,
    duty            text not null,
    score           integer,
    reference       text not null,
    created_at      timestamptz not null,
    changed_at      timestamptz not null,
    next_at         timestamptz,
    attempts        integer not null,
    claim           uuid,
    claimed_until   timestamptz,
    unique (organisation_id, number)
);
comment on table report is 'One thing that a receiver must be told. Its state is what the last step says.';
comment on column report.number is 'Counted per organisation; the receiver sees it too.';
comment on column report.subject_key is 'What it tells of: lot, event, capture or GTIN; new events may join.';
comment on column report.version_no is 'Of its files; 0 before they were built first.';
comment on column report.due_words is 'As the duty says it: within 24 hours, at once.';
comment on column report.reference is 'The number that the receiver gave it.';
comment on column report.next_at is 'When a chore goes on with it: sends it, or asks for the answer.';
create index report_newest on report (organisation_id, state, number desc);
create index report_of_receiver on report (organisation_id, receiver, form, subject_key);
create index report_next on report (next_at) where next_at is not null;

create table report_cover (
    organisation_id integer not null,
    receiver        text not null,
    form            text not null,
    event           text not null,
    subject_key     text not null,
    report_id       uuid not null references report (report_id),
    primary key (organisation_id, receiver, form, event, subject_key)
);
comment on table report_cover is
    'Events that reports tell of: for one receiver, form and subject an event is in one report.';
create index report_cover_report on report_cover (report_id);

create table report_step (
    report_id  uuid not null references report (report_id),
    step_no    integer not null,
    step       text not null,
    state      text not null,
    version_no integer not null,
    at         timestamptz not null,
    actor_kind text not null,
    actor_id   text not null,
    actor_name text not null,
    reason     text not null,
    detail     jsonb not null,
    primary key (report_id, step_no)
);
comment on table report_step is 'What happened to a report, in order.';
comment on column report_step.state is 'After the step.';

create table report_file (
    report_id  uuid not null references report (report_id),
    file_no    integer not null,
    version_no integer not null,
    role       text not null check (role in ('outgoing', 'answer', 'paper')),
    name       text not null,
    media_type text not null,
    size       integer not null,
    sha256     bytea not null,
    content    bytea not null,
    at         timestamptz not null,
    primary key (report_id, file_no)
);
comment on table report_file is 'Every byte that was to leave or came back; content is compressed with zstd.';
create index report_file_version on report_file (report_id, version_no, role, file_no);

create table report_reason (
    report_id       uuid not null references report (report_id),
    reason_no       integer not null,
    organisation_id integer not null,
    version_no      integer not null,
    code            text not null,
    text            text not null,
    place           text not null,
    class_key       text,
    item_key        text,
    at              timestamptz not null,
    primary key (report_id, reason_no)
);
comment on table report_reason is 'Why a receiver did not take something, with the pack that it is about.';
create index report_reason_object on report_reason (organisation_id, class_key, item_key);

create table report_lot_version (
    organisation_id integer not null,
    receiver        text not null,
    gtin            text not null,
    lot             text not null,
    version         text not null,
    report_id       uuid not null references report (report_id),
    primary key (organisation_id, receiver, gtin, lot)
);
comment on table report_lot_version is 'The product version that a lot was reported under first, and stays with.';

create table preflight (
    preflight_id    uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    at              timestamptz not null,
    actor_name      text not null,
    market          text not null,
    form            text not null,
    receiver        text not null,
    report_id       uuid references report (report_id),
    version_no      integer not null,
    file_name       text not null,
    size            bigint not null,
    sha256          bytea not null,
    lines           integer not null,
    bad_lines       integer not null,
    score           integer not null check (score between 0 and 100),
    rules           text not null,
    findings        jsonb not null,
    fixes           jsonb not null
);
comment on table preflight is 'Checks of outgoing files, and what they gave.';
comment on column preflight.rules is 'Rule pack, version and digest that the check used.';
create index preflight_newest on preflight (organisation_id, at desc);
create index preflight_report on preflight (report_id, version_no) where report_id is not null;
