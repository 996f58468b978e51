-- name: is_there
select closed_at is not null from month where first_day = %s

-- name: kept
select first_day, closed_at is not null from month order by first_day

-- name: destroyed
select destroyed_at from month where first_day = %s

-- name: are_destroyed
-- Whether a month is destroyed that has segments of a span.
select coalesce(bool_or(destroyed_at is not null), false) from month
 where segment_from < %(until)s
   and segment_from >= (select coalesce(max(m.segment_from), 0) from month m
                         where m.segment_from <= %(first)s)

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
