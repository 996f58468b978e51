-- Chores of the serving process: what is done again and again, and by whom just now. A small local
-- table; a claim ends by itself, so that a server that was killed holds nothing up.

create table chore (
    name          text primary key,
    next_at       timestamptz not null,
    claim         uuid,
    claimed_until timestamptz,
    began_at      timestamptz,
    finished_at   timestamptz,
    failures      integer not null default 0,
    last_error    text
);
comment on table chore is 'What every server does from time to time, one of them at once.';
comment on column chore.failures is 'In a row, until it succeeds again.';
