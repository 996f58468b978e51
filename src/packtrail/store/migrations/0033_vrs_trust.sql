-- Whose credentials count when a trading partner shows one: a file of issuers, keys and revocations.
-- Every version is kept, so that it can be told later by which one a partner was answered.

create table vrs_trust (
    organisation_id integer not null,
    version         integer not null,
    content         text not null,
    sha256          text not null,
    set_at          timestamptz not null,
    set_by          text not null,
    primary key (organisation_id, version)
);
comment on table vrs_trust is 'Whose credentials count, as an organisation said it; the newest counts.';
