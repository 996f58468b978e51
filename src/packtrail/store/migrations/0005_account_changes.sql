-- An account can be disabled, and a session knows whether a link began it.

alter table account add column disabled_at timestamptz;
comment on column account.disabled_at is 'Since when nobody can sign in with it; null while it works.';

alter table session add column is_by_link boolean not null default false;
comment on column session.is_by_link is
    'Begun by a one-time link: its user may set a password without telling the one before.';
create index session_account on session (account_id);
