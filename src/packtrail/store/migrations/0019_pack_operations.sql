-- Operations on packs: dispensed, taken out of use, taken back. A small local table; one row for each
-- operation asked for, whatever came of it, under the id its sender gave: the same operation sent
-- twice, as a queue does after a lost answer, is answered the same twice and done once.

create table pack_operation (
    organisation_id integer not null,
    operation_id    uuid not null,
    operation       text not null,
    is_undo         boolean not null,
    at              timestamptz not null,
    recorded_at     timestamptz not null,
    actor_name      text not null,
    class_key       text not null,
    item_key        text not null,
    outcome         text not null,
    is_alarm        boolean not null,
    code            text,
    message         text,
    verification_id uuid not null,
    event_id        text,
    primary key (organisation_id, operation_id)
);
comment on table pack_operation is 'One operation on one pack and what came of it; never changed.';
comment on column pack_operation.at is 'When it was done at the counter; recorded_at: told to us.';
comment on column pack_operation.code is 'Finding code of what was against it.';
create index pack_operation_by_pack on pack_operation (class_key, item_key, at);
create index pack_operation_by_time on pack_operation (organisation_id, recorded_at);

-- Whoever decides about a pack holds its stripe until the decision is recorded: of two tills that
-- dispense one pack at the same moment, one is told that it is inactive already.
create table pack_stripe (stripe integer primary key);
insert into pack_stripe select generate_series(0, 255);
comment on table pack_stripe is 'Locks for decisions about packs: a pack belongs to one stripe.';
