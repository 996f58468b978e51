-- Events, the dictionary of what they speak of, and the index from one to the other.
-- Clean for Citus: `class_id` distributes instance, posting and touch, `event_id` distributes event,
-- `document_id`, `capture_id` and `id` their tables; each is in every unique key of its table. The
-- small tables (organisation ... class, audit) stay local. Nothing here is updated but the counter
-- of a class and the state of a capture job.

create table organisation (
    organisation_id integer generated always as identity primary key,
    code            text not null unique,
    name            text not null,
    gln             text unique,
    created_at      timestamptz not null
);
comment on table organisation is 'A party whose people and programs work here.';

create table audience (
    audience_id integer generated always as identity primary key,
    members     integer[] not null unique
);
comment on table audience is 'A distinct set of organisations that may see something.';
comment on column audience.members is 'Ascending; the same set is the same audience.';

create table audience_member (
    organisation_id integer not null references organisation (organisation_id),
    audience_id     integer not null references audience (audience_id),
    primary key (organisation_id, audience_id)
);

create table agreement (
    owner_id   integer not null references organisation (organisation_id),
    partner_id integer not null references organisation (organisation_id),
    kind       text not null check (kind in ('records_for')),
    since      timestamptz not null,
    primary key (owner_id, partner_id, kind)
);
comment on table agreement is 'What one organisation lets another do for it.';

create table document (
    document_id uuid primary key,
    owner_id    integer not null,
    audience_id integer not null,
    received_at timestamptz not null,
    media_type  text not null,
    filename    text,
    size_bytes  bigint not null,
    sha256      bytea not null,
    content     bytea not null
);
comment on table document is 'What somebody handed in, byte for byte.';
comment on column document.content is 'zstd of the original bytes.';
alter table document alter column content set storage external;

create table capture (
    capture_id      uuid primary key,
    document_id     uuid not null,
    owner_id        integer not null,
    audience_id     integer not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    error_behaviour text not null check (error_behaviour in ('rollback', 'proceed')),
    created_at      timestamptz not null,
    finished_at     timestamptz,
    is_running      boolean not null default true,
    is_success      boolean not null default true,
    phase           text not null default 'waiting',
    progress        real not null default 0,
    event_count     integer not null default 0,
    stored_count    integer not null default 0,
    repeated_count  integer not null default 0,
    findings        jsonb not null default '[]'
);
comment on table capture is 'A capture job: one document, and what became of it.';
create index capture_newest on capture (audience_id, capture_id desc);
create index capture_running on capture (capture_id) where is_running;

create table event (
    event_id             bigint primary key,
    owner_id             integer not null,
    audience_id          integer not null,
    event_time           timestamptz not null,
    record_time          timestamptz not null,
    capture_id           uuid not null,
    ordinal              integer not null,
    epc_count            integer not null,
    output_count         integer not null,
    parent_class_id      integer,
    parent_seq           integer,
    is_error_declaration boolean not null,
    empties              boolean not null,
    identity             text not null,
    content_hash         bytea not null,
    time_zone_offset     text not null,
    type                 text not null,
    action               text,
    biz_step             text,
    disposition          text,
    read_point           text,
    biz_location         text,
    lot                  text,
    expires              text,
    links                text[],
    body                 bytea not null
);
comment on table event is 'One EPCIS event: what queries ask for, and its compressed body.';
comment on column event.event_id is
    'First 63 bits of a hash of owner, identity and is_error_declaration; see store/identity.py.';
comment on column event.ordinal is 'Place in its document; of events at one time the lower comes first.';
comment on column event.epc_count is 'Objects named: EPCs, children or inputs, not parent nor outputs.';
comment on column event.empties is 'It unpacks everything its parent holds, without naming it.';
comment on column event.links is
    'Business transactions, sources and destinations as `t:type|id`, `s:type|id`, `d:type|id`.';
comment on column event.body is 'zstd of the event as standalone JSON-LD.';
alter table event alter column body set storage external;
create index event_by_time on event (event_time, event_id);
create index event_by_record_time on event (record_time, event_id);
create index event_by_capture on event (capture_id, ordinal);
create index event_by_lot on event (lot) where lot is not null;
create index event_by_link on event using gin (links) where links is not null;
create index event_that_empties on event (event_time) where empties;

create table class (
    class_id      integer generated always as identity primary key,
    class_key     text not null unique,
    prefix_length smallint,
    next_seq      integer not null default 0
);
comment on table class is 'What objects are serials of: a trade item, an asset type, a company''s SSCCs.';
comment on column class.prefix_length is 'Length of the company prefix, where a notation told it.';
comment on column class.next_seq is 'The seq the next new object of the class gets.';

create table instance (
    class_id      integer not null,
    seq           integer not null,
    prefix_length smallint,
    serial        text not null,
    primary key (class_id, seq),
    unique (class_id, serial)
);
comment on table instance is 'The dictionary: one serialised object, numbered in order of first sight.';
comment on column instance.prefix_length is 'Only where objects of one class may differ in it (SSCC).';

create table posting (
    class_id    integer not null,
    block       integer not null,
    event_id    bigint not null,
    event_time  timestamptz not null,
    audience_id integer not null,
    role        smallint not null,
    lo          smallint not null,
    hi          smallint not null,
    members     bytea,
    primary key (class_id, block, audience_id, event_id, role)
);
comment on table posting is 'Which of 4,096 neighbouring objects an event names, two or more of them.';
comment on column posting.block is 'seq / 4096; lo and hi are seq % 4096.';
comment on column posting.members is
    'Null: all from lo to hi. Else a list or bitmap; see store/blocks.py.';
create index posting_children on posting (event_id) where role = 3;

create table touch (
    class_id    integer not null,
    seq         integer not null,
    event_id    bigint not null,
    event_time  timestamptz not null,
    audience_id integer not null,
    role        smallint not null,
    primary key (class_id, seq, audience_id, event_id, role)
);
comment on table touch is 'An event that names one single object of a block.';
create index touch_children on touch (event_id) where role = 3;

create table vocabulary_element (
    id          text not null,
    element_no  bigint generated always as identity,
    type        text not null,
    owner_id    integer not null,
    audience_id integer not null,
    capture_id  uuid not null,
    record_time timestamptz not null,
    attributes  jsonb not null,
    children    text[] not null,
    primary key (id, element_no)
);
comment on table vocabulary_element is 'Master data as it was sent; the last word of an owner counts.';
create index vocabulary_by_type on vocabulary_element (type, id);

create table audit (
    audit_no        bigint generated always as identity primary key,
    at              timestamptz not null,
    organisation_id integer not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    action          text not null,
    subject         text not null,
    detail          jsonb not null
);
comment on table audit is 'Who did what, when: rows are added in the transaction of the change, never altered.';
comment on column audit.action is 'subject:object:action.';
create index audit_newest on audit (organisation_id, audit_no desc);

create function audit_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_refuse_change();
