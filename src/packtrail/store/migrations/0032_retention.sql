-- How long a company keeps its records by its own rules, and what is destroyed once that is over (decision 0036).

create table retention_policy (
    policy_id       integer generated always as identity primary key,
    organisation_id integer not null,
    scope           text not null check (scope in ('all', 'market', 'product')),
    subject         text not null,
    live_for        text,
    live_end        text not null check (live_end in ('propose', 'drop')),
    keep_for        text not null,
    counts_from     text not null check (counts_from in ('record', 'expiry')),
    at_end          text not null check (at_end in ('keep', 'destroy')),
    source          text not null,
    valid_from      date not null,
    made_at         timestamptz not null,
    made_by         text not null,
    made_by_id      text not null,
    ended_on        date,
    ended_at        timestamptz,
    ended_by        text,
    end_reason      text
);
comment on table retention_policy is
    'How long records are kept, as a company decides: a later one of the same scope takes over on its day.';
comment on column retention_policy.subject is 'A market, a GTIN; of all nothing.';
comment on column retention_policy.live_for is
    'How long bodies stay in the database after the end of the month, such as 24 months; null: not said.';
comment on column retention_policy.live_end is 'Then taking them out is proposed, or done by a chore.';
comment on column retention_policy.keep_for is 'How long they are kept at all, such as 7 years.';
comment on column retention_policy.counts_from is
    'The end of the month of recording, or the latest expiry that was recorded until then.';
comment on column retention_policy.at_end is 'Then they are kept on, or may be destroyed.';
comment on column retention_policy.source is 'What says so: a procedure, a contract, a law.';
comment on column retention_policy.ended_on is 'From this day on it does not hold any more.';
create index retention_policy_of_organisation on retention_policy (organisation_id);

create table destruction_order (
    order_id        integer generated always as identity primary key,
    organisation_id integer not null,
    first_day       date not null,
    reason          text not null,
    foreseen        jsonb not null,
    ordered_at      timestamptz not null,
    ordered_by      text not null,
    ordered_by_id   text not null,
    approved_at     timestamptz,
    approved_by     text,
    approved_by_id  text,
    withdrawn_at    timestamptz,
    withdrawn_by    text,
    withdrawn_reason text,
    done_at         timestamptz
);
comment on table destruction_order is
    'That a month is to be destroyed: ordered by one person of a company, approved by another.';
comment on column destruction_order.foreseen is
    'What the preview said: counts, sizes, the manifest of the archive, until when it was kept.';
create unique index destruction_order_open on destruction_order (organisation_id, first_day)
 where withdrawn_at is null;

alter table month add column destroyed_at timestamptz;
comment on column month.destroyed_at is
    'Since when nothing of it is left but its manifest and the captures as jobs; see destruction_order.';
