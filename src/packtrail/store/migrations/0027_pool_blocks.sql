-- Serials that our own pools made are kept as positions of these pools (decision 0024). What the
-- dictionary has by name stays as it is: numbers of objects never change.

create table pool_block (
    class_id   integer not null,
    seq_from   integer not null,
    pool_id    integer not null,
    generation integer not null,
    stretch    bigint not null,
    lo         smallint not null,
    hi         smallint not null,
    members    bytea,
    primary key (class_id, seq_from),
    unique (class_id, pool_id, generation, stretch)
) with (fillfactor = 50);
comment on table pool_block is
    'The dictionary: objects whose serials a pool of ours made, 4,096 neighbouring positions a row.';
comment on column pool_block.seq_from is
    'A multiple of 4,096: the number of an object is seq_from + position % 4096.';
comment on column pool_block.stretch is 'position / 4096 in that generation of the pool.';
comment on column pool_block.members is
    'Which positions from lo to hi (% 4096) events have named; null: all. See store/blocks.py.';

alter table class add column names integer not null default 0;
update class set names = next_seq;
comment on column class.names is 'How many of its objects the dictionary knows by name.';
