-- What is said of whole lots and products, and of single packs, and overrides what events make of
-- them. A small local table that is only ever added to: a notice ends by another, or is retracted.

create table notice (
    notice_no   bigint generated always as identity primary key,
    owner_id    integer not null references organisation (organisation_id),
    audience_id integer not null references audience (audience_id),
    kind        text,
    gtin        text not null,
    lot         text,
    serial      text,
    market      text,
    effective_at timestamptz not null,
    recorded_at timestamptz not null,
    reason      text not null check (reason <> ''),
    expires_on  date,
    retracts    bigint unique references notice (notice_no),
    actor_kind  text not null,
    actor_id    text not null,
    actor_name  text not null,
    check ((kind is null) <> (retracts is null))
);
comment on table notice is 'A statement about a product, a lot or a pack: recalled, withdrawn, held, ...';
comment on column notice.kind is 'See packtrail.lifecycle.notices; null where it retracts another.';
comment on column notice.lot is 'Null where the whole product is meant.';
comment on column notice.serial is 'Only where a single pack is meant.';
comment on column notice.market is 'Country code, or a region such as EU; null: everywhere.';
comment on column notice.expires_on is 'Of an extension: the new last day of use.';
create index notice_by_subject on notice (gtin, audience_id);
create index notice_newest on notice (audience_id, notice_no desc);
create trigger notice_append_only before update or delete or truncate on notice
    for each statement execute function audit_refuse_change();
