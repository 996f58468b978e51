-- What named queries, subscriptions and pages lacked. Small local tables.

alter table named_query add column prefixes jsonb not null default '{}';
comment on column named_query.prefixes is 'Prefix of extensions -> namespace, as GS1-Extensions told.';

alter table subscription add column prefixes jsonb not null default '{}';
comment on column subscription.prefixes is 'Those of the query when it was subscribed to.';

create table ended_page_token (
    digest bytea primary key,
    until  timestamptz not null
);
comment on table ended_page_token is
    'Page tokens that were given back before their time; one that has expired need not be kept.';
create index ended_page_token_until on ended_page_token (until);
