-- Mail addresses: which were confirmed by who reads them, and what kinds of mail they refuse. Small
-- local tables. An address that was given before counts as not confirmed: that a server took a mail
-- proves nothing, and nobody has signed in with a mail address. It is asked once.

create table mail_address (
    organisation_id integer not null references organisation (organisation_id),
    address         text not null check (address = lower(address)),
    noted_at        timestamptz not null,
    asks            integer not null default 0,
    asked_at        timestamptz,
    confirmed_at    timestamptz,
    primary key (organisation_id, address)
);
comment on table mail_address is 'Addresses that were given for somebody: until one is confirmed, only the mail that asks for it goes there.';
comment on column mail_address.asks is 'Mails that asked to confirm it; only the link of the last one works.';
create index mail_address_unasked on mail_address (noted_at) where confirmed_at is null;

create table mail_unsubscribed (
    organisation_id integer not null references organisation (organisation_id),
    address         text not null check (address = lower(address)),
    kind            text not null,
    at              timestamptz not null,
    by              text not null,
    primary key (organisation_id, address, kind)
);
comment on table mail_unsubscribed is 'Kinds of mail that an address refuses; * is all that can be refused.';

alter table mail drop constraint mail_state_check;
alter table mail add constraint mail_state_check
    check (state in ('waiting', 'unconfirmed', 'sent', 'dead', 'dropped', 'unsubscribed'));
create index mail_recipient on mail (organisation_id, lower(recipient));

insert into mail_address (organisation_id, address, noted_at)
select a.organisation_id, lower(p.address), p.changed_at
  from mail_preference p join account a using (account_id)
 where p.is_on and p.address <> '' and a.disabled_at is null
on conflict do nothing;
