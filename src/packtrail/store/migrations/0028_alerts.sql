-- Detection over the log: how far it has come, what it is set to, the alerts it raised and what they
-- rest on, and the cases in which people work them off. Small local tables, one organisation each row.

create index verification_by_record on verification (organisation_id, recorded_at, verification_id);

create table detection_mark (
    organisation_id integer primary key references organisation (organisation_id),
    verified_at     timestamptz not null,
    verified_id     uuid not null,
    events_until    timestamptz not null,
    ran_at          timestamptz,
    scans           bigint not null default 0,
    problem         text
);
comment on table detection_mark is 'Up to where detection has read verifications and events.';

create table detection_pending (
    organisation_id integer not null references organisation (organisation_id),
    kind            text not null check (kind in ('pack', 'actor')),
    subject_a       text not null,
    subject_b       text not null,
    scanned_at      timestamptz not null,
    due_at          timestamptz not null,
    primary key (organisation_id, kind, subject_a, subject_b)
);
comment on table detection_pending is
    'What is looked at again when an honest explanation has had its time.';
create index detection_pending_due on detection_pending (organisation_id, due_at);

create table detection_policy (
    policy_no       bigint generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    effective_at    timestamptz not null,
    recorded_at     timestamptz not null,
    parameters      jsonb not null,
    reason          text not null check (reason <> ''),
    actor_name      text not null
);
comment on table detection_policy is 'What the rules are set to since when; only ever added to.';
create index detection_policy_of on detection_policy (organisation_id, effective_at);

create table alert_case (
    case_id         bigint generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    title           text not null,
    state           text not null,
    category        text,
    outcome         text,
    cause           text,
    owner           text not null default '',
    market          text,
    opened_at       timestamptz not null,
    opened_by       text not null,
    confirmed_at    timestamptz,
    high_risk_at    timestamptz,
    closed_at       timestamptz,
    merged_into     bigint references alert_case (case_id),
    revision        integer not null default 1,
    unique (organisation_id, code)
);
comment on table alert_case is 'Alerts that somebody works off together.';
comment on column alert_case.revision is 'Counts the changes: a decision about an older one is refused.';

create table alert (
    alert_id        bigint generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    subject         text not null,
    round           integer not null,
    score           double precision not null,
    message         text not null,
    arithmetic      text[] not null,
    raised_at       timestamptz not null,
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    changed_at      timestamptz not null,
    checked_at      timestamptz not null,
    withdrawn_at    timestamptz,
    case_id         bigint references alert_case (case_id),
    unique (organisation_id, code, subject, round)
);
comment on table alert is 'A signal that many scans gave, kept; it grows, and says what fell away.';
comment on column alert.withdrawn_at is 'Nothing that it rested on is left.';
create index alert_newest on alert (organisation_id, alert_id desc);
create index alert_of_case on alert (case_id) where case_id is not null;
create index alert_to_check on alert (organisation_id, checked_at);

create table alert_evidence (
    alert_id         bigint not null references alert (alert_id),
    evidence_id      text not null,
    kind             text not null check (kind in ('verification', 'event', 'record')),
    class_key        text not null,
    item_key         text not null,
    at               timestamptz not null,
    recorded_at      timestamptz not null,
    place            text not null,
    market           text not null,
    actor            text not null,
    detail           jsonb not null,
    added_at         timestamptz not null,
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    primary key (alert_id, evidence_id)
);
comment on table alert_evidence is 'What an alert rests on: scans, and events of the record.';
create index alert_evidence_by_id on alert_evidence (evidence_id);
create index alert_evidence_by_pack on alert_evidence (class_key, item_key);

create table case_entry (
    case_id    bigint not null references alert_case (case_id),
    entry_no   integer not null,
    at         timestamptz not null,
    kind       text not null,
    text       text not null,
    detail     jsonb not null,
    actor_kind text not null,
    actor_id   text not null,
    actor_name text not null,
    primary key (case_id, entry_no)
);
comment on table case_entry is 'What was done and said in a case; only ever added to.';
create trigger case_entry_append_only before update or delete or truncate on case_entry
    for each statement execute function audit_refuse_change();

create table case_pack (
    case_id      bigint not null references alert_case (case_id),
    gtin         text not null,
    serial       text not null,
    notice_id    text not null,
    held_at      timestamptz not null,
    released_at  timestamptz,
    primary key (case_id, gtin, serial, held_at)
);
comment on table case_pack is 'Packs that a case keeps in quarantine, or kept.';
create index case_pack_held on case_pack (gtin, serial) where released_at is null;
