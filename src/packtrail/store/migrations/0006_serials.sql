-- Pools of serial numbers, their keys, and the ledger of what was given out. Small local tables: an
-- allocation of a million numbers is one row, for the numbers follow from range and key.

create table serial_pool (
    pool_id     integer generated always as identity primary key,
    owner_id    integer not null references organisation (organisation_id),
    audience_id integer not null references audience (audience_id),
    code        text not null,
    kind        text not null check (kind in ('sgtin', 'sscc')),
    class_key   text not null,
    policy      jsonb not null,
    low_water   bigint not null,
    created_at  timestamptz not null,
    created_by  text not null,
    generation  integer not null default 1,
    entries     bigint not null default 0,
    issued      bigint not null default 0,
    returned    bigint not null default 0,
    voided      bigint not null default 0,
    unique (owner_id, code),
    unique (owner_id, class_key)
);
comment on table serial_pool is 'A source of serial numbers. Its row is the lock on its ledger.';
comment on column serial_pool.class_key is
    'What the numbers are serials of: sgtin/GTIN, or sscc/extension digit and company prefix.';
comment on column serial_pool.generation is 'The one in use.';
comment on column serial_pool.entries is 'Entries of its ledger, numbered from 1 without gaps.';
comment on column serial_pool.issued is 'Numbers given out, of all generations.';
create index serial_pool_visible on serial_pool (audience_id, code);
create index serial_pool_class on serial_pool (class_key);

create table serial_generation (
    pool_id    integer not null references serial_pool (pool_id),
    generation integer not null,
    sealed_key bytea,
    reached    bigint not null default 0,
    opened_at  timestamptz not null,
    closed_at  timestamptz,
    primary key (pool_id, generation)
);
comment on table serial_generation is 'A key of a pool and how far its permutation was gone through.';
comment on column serial_generation.sealed_key is
    'Encrypted with the master key, which is not in the database; null for sequential numbers.';
comment on column serial_generation.reached is 'Positions below it are spent.';

create table serial_entry (
    pool_id    integer not null references serial_pool (pool_id),
    entry_no   bigint not null,
    kind       text not null check (kind in ('allocated', 'returned', 'void')),
    generation integer not null,
    ranges     int8multirange not null check (not isempty(ranges)),
    lo         bigint generated always as (lower(ranges)) stored,
    hi         bigint generated always as (upper(ranges)) stored,
    asked      bigint not null,
    count      bigint not null check (count > 0),
    request_id text not null,
    party      text not null,
    purpose    text not null,
    at         timestamptz not null,
    actor_kind text not null,
    actor_id   text not null,
    actor_name text not null,
    primary key (pool_id, entry_no),
    unique (pool_id, request_id, generation)
);
comment on table serial_entry is 'The ledger: only ever added to.';
comment on column serial_entry.ranges is 'Positions in the generation; of an allocation one range.';
comment on column serial_entry.asked is 'How many were asked for; fewer were there when count is less.';
comment on column serial_entry.count is
    'Numbers given out: a range of a later generation leaves out what earlier ones gave.';
comment on column serial_entry.party is 'To whom, or from whom.';
create unique index serial_entry_allocated on serial_entry (pool_id, generation, lo)
    where kind = 'allocated';
create index serial_entry_withdrawn on serial_entry using gist (ranges) where kind <> 'allocated';
