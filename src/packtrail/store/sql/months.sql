-- name: is_there
select 1 from month where first_day = %s

-- name: kept
select first_day from month where dropped_at is null order by first_day

-- name: lock
lock table month in share row exclusive mode

-- name: insert
insert into month (first_day, segment_from, made_at) values (%s, %s, %s)

-- name: make
create table {partition} (like {table} including defaults including storage including comments)

-- name: attach
alter table {table} attach partition {partition} for values from ({lower}) to ({upper})
