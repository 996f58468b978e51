-- Planning capacity: forecasts, scenarios, runs, results of benchmarks; and meters of what this
-- installation does. Small local tables.

create table capacity (
    organisation_id integer primary key references organisation (organisation_id),
    version         bigint not null default 0
);
comment on table capacity is
    'An organisation that plans its capacity. Its row is the lock on its scenarios and numbers.';
comment on column capacity.version is
    'Counts the changes: what was worked out for a version holds until the next.';

create table capacity_forecast (
    organisation_id integer not null references organisation (organisation_id),
    forecast_no     integer not null,
    name            text not null,
    filename        text not null,
    sha256          bytea not null,
    row_count       integer not null,
    at              timestamptz not null,
    created_by      text not null,
    primary key (organisation_id, forecast_no)
);
comment on table capacity_forecast is 'Forecasts as they were imported: only ever added to.';

create table capacity_forecast_row (
    organisation_id integer not null,
    forecast_no     integer not null,
    product         text not null,
    market          text not null,
    month           date not null,
    packs           double precision not null,
    primary key (organisation_id, forecast_no, product, market, month)
);
comment on column capacity_forecast_row.month is 'First day of it.';

create table capacity_scenario (
    organisation_id integer not null references organisation (organisation_id),
    code            text not null,
    revision        integer not null,
    body            jsonb not null,
    changed_at      timestamptz not null,
    changed_by      text not null,
    primary key (organisation_id, code)
);

create table capacity_change (
    organisation_id integer not null references organisation (organisation_id),
    version         bigint not null,
    code            text not null,
    before          jsonb,
    after           jsonb,
    at              timestamptz not null,
    actor_kind      text not null,
    actor_id        text not null,
    actor_name      text not null,
    reason          text not null,
    primary key (organisation_id, version, code)
);
comment on table capacity_change is 'Every change of every scenario: only ever added to.';

create table capacity_run (
    organisation_id integer not null references organisation (organisation_id),
    run_no          integer not null,
    name            text not null,
    body            jsonb not null,
    at              timestamptz not null,
    created_by      text not null,
    primary key (organisation_id, run_no)
);
comment on table capacity_run is 'Results with all inputs as they were: only ever added to.';

create table capacity_bench (
    organisation_id integer not null references organisation (organisation_id),
    bench_no        integer not null,
    filename        text not null,
    sha256          bytea not null,
    body            jsonb not null,
    measured_at     timestamptz not null,
    at              timestamptz not null,
    created_by      text not null,
    primary key (organisation_id, bench_no),
    unique (organisation_id, sha256)
);
comment on table capacity_bench is
    'Results of benchmarks of this installation that were handed in: only ever added to.';

create table meter_day (
    day             date not null,
    organisation_id integer not null,
    name            text not null,
    lowest          double precision not null,
    highest         double precision not null,
    last            double precision not null,
    total           double precision not null,
    samples         integer not null,
    sampled_at      timestamptz not null,
    primary key (day, organisation_id, name)
);
comment on table meter_day is
    'What was measured of this installation, rolled up by day as it comes; older days by month.';
comment on column meter_day.organisation_id is '0: of the installation as a whole.';
comment on column meter_day.total is 'Sum of the samples: the count of a counter, else for the mean.';
create index meter_day_of on meter_day (organisation_id, name, day);
