-- How far an organisation believes what it is told of closed cases: rules by partner, product and
-- place, each since a moment; and the samples that were drawn of deliveries. Small local tables.

create table inference_rule (
    rule_no         bigint generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    partner         text,
    gtin            text,
    place           text,
    trust           text check (trust in ('trust', 'sample', 'open')),
    cases           integer check (cases >= 1),
    share_max       numeric not null check (share_max between 0 and 1),
    confidence      numeric not null check (confidence > 0 and confidence < 1),
    effective_at    timestamptz not null,
    recorded_at     timestamptz not null,
    reason          text not null check (reason <> ''),
    actor_name      text not null
);
comment on table inference_rule is
    'How far closed cases are believed since when, by partner, product, place; only ever added to.';
comment on column inference_rule.trust is 'Null: from then on the rule of this scope is no more.';
comment on column inference_rule.cases is
    'Cases that a sample opens; null: as many as share and confidence ask for.';
create index inference_rule_of on inference_rule (organisation_id, effective_at);
create trigger inference_rule_append_only before update or delete or truncate on inference_rule
    for each statement execute function audit_refuse_change();

create table inference_draw (
    draw_no         bigint generated always as identity primary key,
    organisation_id integer not null references organisation (organisation_id),
    document        text not null,
    rule_no         bigint not null references inference_rule (rule_no),
    seed            text not null,
    population      text[] not null,
    drawn           text[] not null,
    drawn_at        timestamptz not null,
    actor_name      text not null
);
comment on table inference_draw is
    'Which cases of a delivery are opened: drawn by a seed, so that anybody can draw them again.';
create index inference_draw_of on inference_draw using gin (population);
create trigger inference_draw_append_only before update or delete or truncate on inference_draw
    for each statement execute function audit_refuse_change();
