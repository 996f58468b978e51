-- Mails: what is to be told to whom, recorded in the transaction of its cause and sent by a chore;
-- every try to send one; and what people want to be told by mail. Small local tables.

create table mail (
    mail_id         uuid primary key,
    organisation_id integer not null references organisation (organisation_id),
    kind            text not null,
    cause           text not null,
    recipient       text not null,
    recipient_name  text not null,
    subject         text not null,
    body            text not null,
    link_purpose    text not null,
    link_subject    text not null,
    file_name       text not null,
    file            bytea,
    message_id      text not null unique,
    state           text not null check (state in ('waiting', 'sent', 'dead', 'dropped')),
    tries           integer not null default 0,
    created_at      timestamptz not null,
    next_at         timestamptz not null,
    give_up_at      timestamptz not null,
    claim           uuid,
    claimed_until   timestamptz,
    sent_at         timestamptz,
    last_answer     text not null default '',
    unique (organisation_id, cause, recipient)
);
comment on table mail is 'Mails to be sent, and those that were: one for a cause and a recipient.';
comment on column mail.link_purpose is 'Empty: link_subject is a path; else a private link is made when it is sent.';
comment on column mail.message_id is 'Fixed when it is recorded: sent again, it is the same mail.';
comment on column mail.claim is 'Of the process that hands it to the server just now.';
comment on column mail.give_up_at is 'From then on it is not tried any more.';
create index mail_next on mail (next_at) where state = 'waiting';
create index mail_newest on mail (organisation_id, created_at desc, mail_id);

create table mail_try (
    mail_id uuid not null references mail (mail_id),
    try_no  integer not null,
    at      timestamptz not null,
    outcome text not null check (outcome in ('sent', 'refused', 'deferred', 'unreachable', 'unknown')),
    answer  text not null,
    primary key (mail_id, try_no)
);
comment on table mail_try is 'What the mail server answered: only ever added to.';
comment on column mail_try.outcome is 'unknown: whoever sent it ended before it could write down the answer.';

create table mail_preference (
    account_id bigint primary key references account (account_id),
    address    text not null,
    is_on      boolean not null,
    rhythm     text not null check (rhythm in ('as_planned', 'daily', 'weekly', 'never')),
    changed_at timestamptz not null,
    changed_by text not null
);
comment on table mail_preference is 'Where somebody with an account gets mails, and how often digests.';

create table digest_round (
    programme_id integer not null references programme (programme_id),
    person       text not null,
    on_day       date not null,
    at           timestamptz not null,
    primary key (programme_id, person, on_day)
);
comment on table digest_round is 'Digests that were made, also those with nothing to tell.';
