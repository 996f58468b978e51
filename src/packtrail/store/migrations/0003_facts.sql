-- What queries ask of an event that has no column: see store/facts.py.
-- Terms (a field is there, a field has a value) are numbers in an array of the event, null for most
-- events; numbers, times and texts that can be compared or ordered by are rows of event_value.
-- What is stored already is filled in by store/backfill.py in the same transaction.

alter table event add column facts bigint[];
comment on column event.facts is
    'Hashes of fields and values that have no column; null where there are none.';
create index event_by_fact on event using gin (facts) where facts is not null;

create table event_value (
    name        bigint not null,
    event_id    bigint not null,
    audience_id integer not null,
    number      numeric,
    text        text
);
comment on table event_value is 'Values of fields without a column, to compare and to order by.';
comment on column event_value.name is 'Hash of the field, see store/facts.py.';
comment on column event_value.number is 'In the base unit; of a time the microseconds since 1970.';
comment on column event_value.text is 'Beginning of a text, to order by.';
create index event_value_by_name on event_value (name, number, event_id) include (audience_id);

create table namespace_prefix (
    prefix    text not null,
    namespace text not null,
    primary key (prefix, namespace)
);
comment on table namespace_prefix is 'Prefixes of extension fields as documents declared them.';

-- A b-tree of few distinct values takes some six bytes an event.
create index event_by_read_point on event (read_point) where read_point is not null;
create index event_by_biz_location on event (biz_location) where biz_location is not null;
-- These have so few combinations that one small index answers for each of them.
create index event_by_kind on event (biz_step, disposition, action, type);
create index event_by_expiry on event (expires) where expires is not null;
create index event_that_declares_error on event (event_time) where is_error_declaration;

create index vocabulary_by_attribute on vocabulary_element using gin (attributes);
create index class_by_pattern on class (class_key text_pattern_ops);
