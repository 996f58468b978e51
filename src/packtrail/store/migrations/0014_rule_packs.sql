-- Versions of rule packs that were ever in force for somebody, and who accepted them why. A small
-- local table; a version is kept once for all organisations, by the digest of its files.

create table rule_pack_version (
    pack_id  text not null,
    sha256   text not null,
    version  text not null,
    title    text not null,
    files    bytea not null,
    seen_at  timestamptz not null,
    primary key (pack_id, sha256)
);
comment on table rule_pack_version is 'Rule packs as they were: only ever added to.';
comment on column rule_pack_version.files is 'A ZIP of the files of the pack.';

create table rule_pack_acceptance (
    organisation_id integer not null references organisation (organisation_id),
    acceptance_no   bigint generated always as identity,
    pack_id         text not null,
    sha256          text,
    version         text not null,
    reason          text not null,
    at              timestamptz not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    primary key (organisation_id, acceptance_no)
);
comment on table rule_pack_acceptance is
    'From when a version holds for an organisation: only ever added to.';
comment on column rule_pack_acceptance.sha256 is 'Null: the pack no longer holds.';
create index rule_pack_acceptance_pack on rule_pack_acceptance (organisation_id, pack_id, acceptance_no);
