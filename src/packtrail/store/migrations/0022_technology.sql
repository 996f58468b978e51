-- What systems and equipment a company has: entries of an inventory, and every change of them. Small
-- local tables of the same form as those of the portfolio. Sites and lines are named by their codes.

create table technology (
    organisation_id integer primary key references organisation (organisation_id),
    version         bigint not null default 0
);
comment on table technology is 'The inventory of an organisation. Its row is the lock on its entries.';
comment on column technology.version is
    'Counts the changes: what was worked out for a version holds for ever.';

create table technology_entry (
    organisation_id integer not null references organisation (organisation_id),
    kind            text not null,
    code            text not null,
    revision        bigint not null,
    body            jsonb not null,
    changed_at      timestamptz not null,
    changed_by      text not null,
    primary key (organisation_id, kind, code)
);
comment on table technology_entry is 'Systems, support dates, measurements and options, as they are now.';
comment on column technology_entry.revision is 'The version of the inventory that it was last changed in.';

create table technology_change (
    organisation_id integer not null references organisation (organisation_id),
    version         bigint not null,
    change_no       integer not null,
    kind            text not null,
    code            text not null,
    before          jsonb,
    after           jsonb,
    at              timestamptz not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    reason          text not null,
    primary key (organisation_id, version, change_no)
);
comment on table technology_change is 'Every change of every entry: only ever added to.';
create index technology_change_entry on technology_change (organisation_id, kind, code, version);
