-- name: is_ended
select exists (select 1 from ended_page_token where digest = %s)

-- name: end
insert into ended_page_token (digest, until) values (%s, %s) on conflict do nothing

-- name: forget_expired
delete from ended_page_token where until < %s
