-- What a company sells where, how, and with whom: entries of a book, and every change of them. Small
-- local tables. Sites, lines and trade items are named by their codes.

create table portfolio (
    organisation_id integer primary key references organisation (organisation_id),
    version         bigint not null default 0
);
comment on table portfolio is 'The book of an organisation. Its row is the lock on its entries.';
comment on column portfolio.version is
    'Counts the changes: what was worked out for a version holds for ever.';

create table portfolio_entry (
    organisation_id integer not null references organisation (organisation_id),
    kind            text not null,
    code            text not null,
    revision        bigint not null,
    body            jsonb not null,
    changed_at      timestamptz not null,
    changed_by      text not null,
    primary key (organisation_id, kind, code)
);
comment on table portfolio_entry is 'Products, practices, licences, placements, partners, as they are now.';
comment on column portfolio_entry.revision is 'The version of the book that it was last changed in.';

create table portfolio_change (
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
comment on table portfolio_change is 'Every change of every entry: only ever added to.';
create index portfolio_change_entry on portfolio_change (organisation_id, kind, code, version);

-- Roles are a table of the code; the database asks only that they are one word.
alter table account drop constraint account_role_check;
alter table account add constraint account_role_check check (role ~ '^[a-z_]+$');
