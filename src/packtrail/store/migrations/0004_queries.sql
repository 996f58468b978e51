-- Named queries and the subscriptions to them. Small local tables.

create table named_query (
    organisation_id integer not null references organisation (organisation_id),
    name            text not null,
    definition      jsonb not null,
    params          jsonb not null,
    created_at      timestamptz not null,
    created_by      text not null,
    primary key (organisation_id, name)
);
comment on table named_query is 'A query somebody gave a name; it is never changed, only deleted.';
comment on column named_query.definition is 'The query as it was sent.';
comment on column named_query.params is 'Parameter -> list of texts, as services/parameters.py reads them.';

create table subscription (
    organisation_id     integer not null references organisation (organisation_id),
    subscription_id     text not null,
    query_name          text not null,
    params              jsonb not null,
    dest                text not null,
    secret              bytea,
    form                jsonb not null,
    schedule            jsonb,
    report_if_empty     boolean not null,
    initial_record_time timestamptz,
    min_record_time     timestamptz not null,
    created_at          timestamptz not null,
    created_by          text not null,
    last_notified_at    timestamptz,
    next_at             timestamptz not null,
    delivery_id         uuid,
    delivery_until      timestamptz,
    delivery_page       integer not null default 0,
    delivery_after      jsonb,
    failures            integer not null default 0,
    last_error          text,
    claim               uuid,
    claimed_until       timestamptz,
    primary key (organisation_id, subscription_id)
);
comment on table subscription is 'A standing query: to whom its new events are sent, and how far that is.';
comment on column subscription.params is 'Those of the query when it was subscribed to.';
comment on column subscription.secret is 'Key of the signature; no answer of any door shows it.';
comment on column subscription.schedule is 'When it runs; null for a stream, which runs at once.';
comment on column subscription.min_record_time is 'Events recorded from here on are still to be sent.';
comment on column subscription.next_at is 'When it runs next, or tries again.';
comment on column subscription.delivery_id is
    'Identity of the delivery that has begun: the same however often it is tried.';
comment on column subscription.delivery_until is 'The delivery holds the events recorded before.';
comment on column subscription.delivery_page is 'Documents of the delivery that were taken.';
comment on column subscription.delivery_after is 'Where the next document of it starts.';
comment on column subscription.claim is 'The worker that is at it, until claimed_until.';
create index subscription_due on subscription (next_at);
create index subscription_of_query on subscription (organisation_id, query_name, subscription_id);
