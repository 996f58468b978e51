-- Months that are closed, their archive, and what must be kept whatever its age (decision 0028).

alter table month
    add column verified_at     timestamptz,
    add column manifest_sha256 bytea;
comment on column month.closed_at is 'Since when nothing more can be recorded in it.';
comment on column month.verified_at is 'When its archive was last held against its manifest, and was whole.';
comment on column month.manifest is 'What the archive holds: files with their SHA-256, counts.';
comment on column month.dropped_at is
    'Since when bodies and originals are in the archive alone; what is searched by stays here.';

alter table legal_hold
    add column kind    text not null default 'month'
        check (kind in ('month', 'lot', 'product', 'shipment', 'pack')),
    add column subject text not null default '',
    add column owner   text not null default '',
    alter column first_day drop not null;
comment on table legal_hold is 'What must be kept whatever its age: whose order, of what, and why.';
comment on column legal_hold.subject is
    'A lot, a trade item, a transaction or a pack; of a month nothing but the days.';
comment on column legal_hold.owner is 'Who asked for it: a court, an authority, a case.';
create index legal_hold_in_force on legal_hold (organisation_id) where released_at is null;
