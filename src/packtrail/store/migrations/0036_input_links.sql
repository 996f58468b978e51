-- Form links: with one, somebody without an account raises an input. The secret of a link is never
-- here, only its SHA-256. What comes in is counted by link and by a keyed hash of the address.

create table input_link (
    link_id         uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    programme_id    integer not null references programme (programme_id),
    name            text not null,
    about           text not null,
    department      text not null,
    token_sha256    bytea not null unique,
    created_at      timestamptz not null,
    created_by      text not null,
    expires_at      timestamptz not null,
    uses_max        integer not null check (uses_max > 0),
    uses            integer not null default 0,
    revoked_at      timestamptz,
    revoked_by      text,
    last_used_at    timestamptz
);
comment on table input_link is 'Links with which anybody who has one raises an input to a programme.';
comment on column input_link.about is 'What inputs of this link are about, such as line:cork-1; empty: they say it.';
create index input_link_programme on input_link (programme_id, created_at desc);

create table input_link_use (
    request_id   uuid primary key,
    link_id      uuid not null references input_link (link_id),
    address_hash bytea not null,
    at           timestamptz not null,
    code         text not null
);
comment on table input_link_use is 'What came in through links; the same form sent twice is one input.';
create index input_link_use_recent on input_link_use (link_id, at);
create index input_link_use_address on input_link_use (address_hash, at);

create table input_file (
    programme_id integer not null references programme (programme_id),
    code         text not null,
    file_no      integer not null,
    name         text not null,
    media_type   text not null,
    size         integer not null,
    sha256       bytea not null,
    content      bytea not null,
    at           timestamptz not null,
    primary key (programme_id, code, file_no)
);
comment on table input_file is 'Files handed in with inputs: only ever added to.';
