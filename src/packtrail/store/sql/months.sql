-- name: is_there
select closed_at is not null from month where first_day = %s

-- name: kept
select first_day, closed_at is not null from month order by first_day

-- name: destroyed
select destroyed_at from month where first_day = %s

-- name: lock
lock table month in share row exclusive mode

-- name: insert
insert into month (first_day, segment_from, made_at) values (%s, %s, %s)

-- name: make
create table {partition} (like {table} including defaults including storage including comments)

-- name: attach
alter table {table} attach partition {partition} for values from ({lower}) to ({upper})


-- name: refuse_more
alter table {partition} add constraint {constraint} check (false) not valid
