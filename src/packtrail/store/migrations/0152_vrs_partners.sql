-- Who may ask us verification messages, and with which GLN: a key for each partner. And the variable
-- that holds the presentation of our own credential, for responders that want one.

create table vrs_partner (
    key_id          text primary key,
    organisation_id integer not null,
    gln             text not null,
    name            text not null,
    made_at         timestamptz not null,
    made_by         text not null
);
comment on table vrs_partner is 'An API key of a partner that asks, bound to its GLN.';
create index vrs_partner_organisation on vrs_partner (organisation_id, gln);

alter table vrs_directory add column presentation text;
comment on column vrs_directory.presentation is
    'Name of the environment variable with the presentation, or with @ and the file of it.';
