-- Verification messages between makers and those who ask. What is asked of us is kept with every
-- other verification; here are who answers for whom, our own policy, and what we ask others. Small
-- local tables; the directory and the policy keep their last word, the audit trail every one.

create table vrs_responder (
    organisation_id integer primary key,
    gln             text not null,
    policy          jsonb not null,
    changed_at      timestamptz not null,
    changed_by      text not null
);
comment on table vrs_responder is 'What an organisation answers as: its GLN and its policy.';

create table vrs_directory (
    organisation_id integer not null,
    gtin            text not null,
    url             text not null,
    responder_gln   text not null,
    credential      text,
    changed_at      timestamptz not null,
    changed_by      text not null,
    primary key (organisation_id, gtin)
);
comment on table vrs_directory is 'Lookup directory: which responder answers for a GTIN.';
comment on column vrs_directory.credential is
    'Name of the environment variable with the credential; never the credential.';

create table vrs_request (
    corr_uuid       uuid primary key,
    organisation_id integer not null,
    gtin            text not null,
    serial          text not null,
    lot             text not null,
    expires         text,
    context         text not null,
    req_gln         text not null,
    url             text not null,
    asked_by        text not null,
    asked_at        timestamptz not null,
    due_at          timestamptz not null,
    next_at         timestamptz,
    attempts        integer not null,
    status          text not null check (status in ('waiting', 'answered', 'refused', 'overdue')),
    answered_at     timestamptz,
    verified        boolean,
    reason          text,
    info            text,
    responder_gln   text,
    http_status     integer,
    problem         text
);
comment on table vrs_request is 'A pack somebody else was asked about, and what came of it.';
create index vrs_request_due on vrs_request (next_at) where status = 'waiting';
create index vrs_request_newest on vrs_request (organisation_id, asked_at);
