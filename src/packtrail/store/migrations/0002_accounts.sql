-- Accounts of people, their sessions and one-time links, and the keys of programs.
-- Small local tables. Secrets are never here: a password as its argon2 hash, everything else as
-- SHA-256 of 256 random bits.

create table account (
    account_id        bigint generated always as identity primary key,
    organisation_id   integer not null references organisation (organisation_id),
    name              text not null unique,
    display_name      text not null,
    role              text not null
        check (role in ('administrator', 'operator', 'reader', 'auditor')),
    password_hash     text,
    created_at        timestamptz not null,
    last_signed_in_at timestamptz
);
comment on table account is 'A person who may sign in, for one organisation.';
create index account_organisation on account (organisation_id, name);

create table sign_in_attempt (
    name_hash bytea primary key,
    attempts  integer not null,
    last_at   timestamptz not null
);
comment on table sign_in_attempt is
    'Attempts to sign in with a name since the last right password, whether or not anyone has it.';

create table session (
    token_hash bytea primary key,
    account_id bigint not null references account (account_id),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
comment on table session is 'Who is signed in; the cookie holds the token, this its SHA-256.';
create index session_expires on session (expires_at);

create table sign_in_link (
    token_hash bytea primary key,
    account_id bigint not null references account (account_id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
comment on table sign_in_link is 'A link that signs somebody in once.';

create table api_key (
    key_id          text primary key,
    secret_hash     bytea not null unique,
    organisation_id integer not null references organisation (organisation_id),
    name            text not null,
    scopes          text[] not null,
    created_at      timestamptz not null,
    created_by      text not null,
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    last_used_at    timestamptz
);
comment on table api_key is 'A key with which a program acts for one organisation.';
comment on column api_key.key_id is 'First letters of the key: enough to tell it, not to use it.';
create index api_key_organisation on api_key (organisation_id, created_at desc);

create table secret (
    name  text primary key,
    value bytea not null
);
comment on table secret is 'Random keys of this installation, such as the one that signs page tokens.';

create index document_by_filename on document (filename) where filename is not null;
