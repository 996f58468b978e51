-- Several pools for one trade item: made by a key, drawn from another pool, or imported from an
-- authority. The class holds them together: it has one owner, and no number of it is given twice.
-- What was allocated is settled: used, returned, void or expired.

create table serial_class (
    serial_class_id integer generated always as identity primary key,
    class_key       text not null unique,
    owner_id        integer not null references organisation (organisation_id)
);
comment on table serial_class is
    'A trade item, or extension digit and company prefix, that has pools; its row is their lock.';
insert into serial_class (class_key, owner_id)
select distinct on (class_key) class_key, owner_id
  from serial_pool order by class_key, created_at, pool_id;

alter table serial_pool
    add column serial_class_id integer references serial_class (serial_class_id),
    add column source          text not null default 'made'
        check (source in ('made', 'drawn', 'imported')),
    add column parent_id       integer references serial_pool (pool_id),
    add column issued_max      bigint,
    add column beside_ids      integer[] not null default '{}',
    add column beside          text not null default '0',
    add column top_up_to       bigint not null default 0,
    add column drawn_per_day_max bigint,
    add column unused_for_days integer,
    add column market          text not null default '',
    add column stocked         bigint not null default 0,
    add column stock_end       bigint not null default 0,
    add column drawn           bigint not null default 0,
    add column used            bigint not null default 0,
    add column expired         bigint not null default 0,
    add column closed_at       timestamptz,
    add column held_since      timestamptz,
    drop constraint serial_pool_owner_id_class_key_key;
update serial_pool p set serial_class_id = c.serial_class_id
  from serial_class c where c.class_key = p.class_key;
alter table serial_pool alter column serial_class_id set not null;
create index serial_pool_of_class on serial_pool (serial_class_id);
create index serial_pool_of_parent on serial_pool (parent_id) where parent_id is not null;
comment on column serial_pool.source is
    'Where its numbers come from: made by its keys, drawn from its parent, or imported.';
comment on column serial_pool.issued_max is
    'Of a made pool: how many it may give beside what closed pools gave; null: as its policy says.';
comment on column serial_pool.beside_ids is
    'Closed pools that gave numbers of the same space: they are left out, and count for a guess.';
comment on column serial_pool.beside is 'What these add to the guess probability, as a fraction.';
comment on column serial_pool.top_up_to is
    'So many are drawn, or asked of the authority, when fewer than low_water are left; 0: by hand.';
comment on column serial_pool.drawn_per_day_max is 'No more are drawn by itself in 24 hours.';
comment on column serial_pool.unused_for_days is 'After so many days unused numbers expire.';
comment on column serial_pool.stocked is 'Numbers drawn or imported, of which some were given out.';
comment on column serial_pool.drawn is 'Issued numbers that other pools drew, and account for.';
comment on column serial_pool.held_since is
    'When the database was put back from a backup: gives nothing until somebody passes over numbers.';
comment on column serial_pool.stock_end is 'The position after the last of them.';

alter table serial_entry
    drop constraint serial_entry_kind_check,
    add constraint serial_entry_kind_check
        check (kind in ('allocated', 'used', 'returned', 'void', 'expired', 'stocked')),
    add column organisation_id integer,
    add column expires_at      timestamptz,
    add column from_entry      bigint;
update serial_entry e set organisation_id = coalesce(
    (select k.organisation_id from api_key k where e.actor_id = 'key:' || k.key_id),
    (select a.organisation_id from account a where e.actor_id = 'user:' || a.account_id),
    (select p.owner_id from serial_pool p where p.pool_id = e.pool_id));
alter table serial_entry
    alter column organisation_id set not null,
    drop constraint serial_entry_pool_id_request_id_generation_key;
create unique index serial_entry_request
    on serial_entry (pool_id, organisation_id, request_id, kind, generation);
create unique index serial_entry_stocked on serial_entry (pool_id, lo) where kind = 'stocked';
create index serial_entry_by_time on serial_entry (at, pool_id, entry_no);
drop index serial_entry_withdrawn;
comment on column serial_entry.organisation_id is 'Who asked: request ids are told apart by it.';
comment on column serial_entry.expires_at is 'Of an allocation: what is unused then expires.';
comment on column serial_entry.from_entry is
    'Of stock that was drawn: the allocation in the ledger of the parent.';

create table serial_settled (
    pool_id       integer not null references serial_pool (pool_id),
    allocation_no bigint not null,
    entry_no      bigint not null,
    ranges        int8multirange not null check (not isempty(ranges)),
    count         bigint not null check (count > 0),
    primary key (pool_id, allocation_no, entry_no)
);
comment on table serial_settled is
    'Which numbers of an allocation an entry settled: used, returned, void or expired.';
insert into serial_settled (pool_id, allocation_no, entry_no, ranges, count)
select s.pool_id, a.entry_no, s.entry_no, s.ranges * a.ranges,
       (select sum(upper(r) - lower(r)) from unnest(s.ranges * a.ranges) r)
  from serial_entry s join serial_entry a
    on a.pool_id = s.pool_id and a.generation = s.generation and a.kind = 'allocated'
   and a.ranges && s.ranges
 where s.kind in ('returned', 'void');

create table serial_expiry (
    pool_id    integer not null references serial_pool (pool_id),
    entry_no   bigint not null,
    expires_at timestamptz not null,
    primary key (pool_id, entry_no)
);
comment on table serial_expiry is 'Allocations whose unused numbers are still to expire.';
create index serial_expiry_due on serial_expiry (expires_at);

create table serial_number (
    serial_class_id integer not null,
    serial          text not null,
    pool_id         integer not null,
    position        bigint not null,
    primary key (serial_class_id, serial),
    unique (pool_id, position)
);
comment on table serial_number is 'A number that an authority issued, in the order of its files.';

create table serial_secret (
    pool_id integer not null,
    lo      bigint not null,
    hi      bigint not null,
    sealed  bytea not null,
    primary key (pool_id, lo)
);
comment on table serial_secret is
    'What an authority gave with its numbers and nobody may see (AI 91, 92), encrypted block by block.';
alter table serial_secret alter column sealed set storage external;

create table serial_order (
    order_id     uuid primary key,
    pool_id      integer not null references serial_pool (pool_id),
    count        bigint not null check (count > 0),
    delivered    bigint not null default 0,
    ordered_at   timestamptz not null,
    ordered_by   text not null,
    sent_at      timestamptz,
    closed_at    timestamptz
);
comment on table serial_order is 'Numbers asked of an authority, until they are imported.';
create unique index serial_order_open on serial_order (pool_id) where closed_at is null;

create table serial_signer (
    organisation_id integer primary key references organisation (organisation_id),
    public_key      bytea not null,
    sealed_key      bytea not null,
    created_at      timestamptz not null
);
comment on table serial_signer is 'With it the sealed blocks of an owner are signed (Ed25519).';

create table serial_station (
    station_id      integer generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    name            text not null,
    public_key      bytea not null,
    created_at      timestamptz not null,
    created_by      text not null,
    revoked_at      timestamptz,
    unique (organisation_id, name)
);
comment on table serial_station is 'A place at a line that opens sealed blocks with a key of its own.';

create table serial_block (
    block_id    uuid primary key,
    pool_id     integer not null references serial_pool (pool_id),
    entry_no    bigint not null,
    station_id  integer not null references serial_station (station_id),
    sealed_at   timestamptz not null,
    expires_at  timestamptz not null,
    settled_at  timestamptz,
    unique (pool_id, entry_no)
);
comment on table serial_block is
    'An allocation that was handed to a station as a signed and encrypted file.';
create index serial_block_open on serial_block (expires_at) where settled_at is null;
