-- name: add
insert into input_link (link_id, organisation_id, programme_id, name, about, department,
    token_sha256, created_at, created_by, expires_at, uses_max)
values (%(link_id)s, %(organisation_id)s, %(programme_id)s, %(name)s, %(about)s, %(department)s,
    %(token_sha256)s, %(created_at)s, %(created_by)s, %(expires_at)s, %(uses_max)s)

-- name: links
select link_id::text, organisation_id, programme_id, name, about, department, created_at,
       created_by, expires_at, uses_max, uses, revoked_at, revoked_by, last_used_at
  from input_link

-- name: revoke
update input_link set revoked_at = %(at)s, revoked_by = %(by)s
 where programme_id = %(programme_id)s and link_id = %(link_id)s and revoked_at is null

-- name: use
update input_link set uses = uses + 1, last_used_at = %(at)s where link_id = %(link_id)s

-- name: add_use
insert into input_link_use (request_id, link_id, address_hash, at, code)
values (%(request_id)s, %(link_id)s, %(address_hash)s, %(at)s, %(code)s)

-- name: known_use
select code from input_link_use where request_id = %s and link_id = %s

-- name: recent
select count(*) filter (where link_id = %(link_id)s),
       count(*) filter (where address_hash = %(address_hash)s)
  from input_link_use
 where at > %(since)s and (link_id = %(link_id)s or address_hash = %(address_hash)s)

-- name: add_file
insert into input_file (programme_id, code, file_no, name, media_type, size, sha256, content, at)
values (%(programme_id)s, %(code)s,
    (select coalesce(max(file_no), 0) + 1 from input_file
      where programme_id = %(programme_id)s and code = %(code)s),
    %(name)s, %(media_type)s, %(size)s, %(sha256)s, %(content)s, %(at)s)

-- name: files
select file_no, name, media_type, size, encode(sha256, 'hex') as sha256, at from input_file
 where programme_id = %s and code = %s order by file_no

-- name: file
select name, media_type, content from input_file
 where programme_id = %s and code = %s and file_no = %s
