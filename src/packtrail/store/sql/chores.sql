-- name: add
insert into chore (name, next_at) select unnest(%s::text[]), %s on conflict (name) do nothing

-- name: claim
update chore set claim = %(claim)s, claimed_until = %(until)s, began_at = %(now)s
 where name = (
       select name from chore
        where name = any(%(names)s) and next_at <= %(now)s
          and (claimed_until is null or claimed_until <= %(now)s)
        order by next_at, name limit 1 for update skip locked)
returning name

-- name: finish
update chore
   set next_at = %(next_at)s, claim = null, claimed_until = null, finished_at = %(now)s,
       failures = case when %(error)s::text is null then 0 else failures + 1 end,
       last_error = %(error)s
 where name = %(name)s and claim = %(claim)s

-- name: release
update chore set claim = null, claimed_until = null where claim = %s

-- name: all
select name, next_at, began_at, finished_at, failures, last_error from chore order by name
