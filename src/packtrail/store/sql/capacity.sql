-- Forecasts, scenarios, runs and benchmarks of an organisation that plans its capacity.

-- name: begin
insert into capacity (organisation_id) values (%s) on conflict do nothing

-- name: lock
select version from capacity where organisation_id = %s for update

-- name: version
select version from capacity where organisation_id = %s

-- name: bump
update capacity set version = version + 1 where organisation_id = %s returning version

-- name: add_forecast
insert into capacity_forecast (organisation_id, forecast_no, name, filename, sha256, row_count, at,
                               created_by)
select %(organisation_id)s, coalesce(max(forecast_no), 0) + 1, %(name)s, %(filename)s, %(sha256)s,
       %(row_count)s, %(at)s, %(created_by)s
  from capacity_forecast where organisation_id = %(organisation_id)s
returning forecast_no

-- name: add_rows
insert into capacity_forecast_row (organisation_id, forecast_no, product, market, month, packs)
select %(organisation_id)s, %(forecast_no)s, product, market, month, packs
  from unnest(%(products)s::text[], %(markets)s::text[], %(months)s::date[],
              %(packs)s::double precision[]) as new (product, market, month, packs)

-- name: forecasts
select forecast_no, name, filename, sha256, row_count, at, created_by
  from capacity_forecast where organisation_id = %s order by forecast_no desc

-- name: rows
select product, market, month, packs from capacity_forecast_row
 where organisation_id = %s and forecast_no = %s order by product, market, month

-- name: months
select month, sum(packs) from capacity_forecast_row
 where organisation_id = %s and forecast_no = %s group by month order by month

-- name: cells
select product, market,
       array_agg(place) filter (where place is not null),
       array_agg(packs) filter (where place is not null)
  from (select product, market, packs, array_position(%(months)s::date[], month) as place
          from capacity_forecast_row
         where organisation_id = %(organisation_id)s and forecast_no = %(forecast_no)s) as placed
 group by product, market

-- name: scenarios
select code, revision, body::text as body, changed_at, changed_by
  from capacity_scenario where organisation_id = %s order by code

-- name: put_scenario
insert into capacity_scenario (organisation_id, code, revision, body, changed_at, changed_by)
values (%(organisation_id)s, %(code)s, 1, %(body)s, %(at)s, %(by)s)
on conflict (organisation_id, code) do update
   set revision = capacity_scenario.revision + 1, body = excluded.body,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- name: remove_scenario
delete from capacity_scenario where organisation_id = %s and code = %s

-- name: add_change
insert into capacity_change (organisation_id, version, code, before, after, at, actor_kind,
                             actor_id, actor_name, reason)
values (%(organisation_id)s, %(version)s, %(code)s, %(before)s, %(after)s, %(at)s, %(actor_kind)s,
        %(actor_id)s, %(actor_name)s, %(reason)s)

-- name: changes
select version, code, before::text as before, after::text as after, at, actor_name, reason
  from capacity_change
 where organisation_id = %(organisation_id)s and (%(code)s::text is null or code = %(code)s)
 order by version desc, code limit %(limit)s

-- name: add_run
insert into capacity_run (organisation_id, run_no, name, body, at, created_by)
select %(organisation_id)s, coalesce(max(run_no), 0) + 1, %(name)s, %(body)s, %(at)s, %(created_by)s
  from capacity_run where organisation_id = %(organisation_id)s
returning run_no

-- name: runs
select run_no, name, at, created_by from capacity_run
 where organisation_id = %s order by run_no desc limit %s

-- name: run
select run_no, name, at, created_by, body::text as body from capacity_run
 where organisation_id = %s and run_no = %s

-- name: add_bench
insert into capacity_bench (organisation_id, bench_no, filename, sha256, body, measured_at, at,
                            created_by)
select %(organisation_id)s, coalesce(max(bench_no), 0) + 1, %(filename)s, %(sha256)s, %(body)s,
       %(measured_at)s, %(at)s, %(created_by)s
  from capacity_bench where organisation_id = %(organisation_id)s
on conflict (organisation_id, sha256) do nothing
returning bench_no

-- name: benches
select bench_no, filename, body::text as body, measured_at, at, created_by
  from capacity_bench where organisation_id = %s order by measured_at desc, bench_no desc limit %s
