-- name: keep
insert into rule_pack_version (pack_id, sha256, version, title, files, seen_at)
values (%(pack_id)s, %(sha256)s, %(version)s, %(title)s, %(files)s, %(seen_at)s)
on conflict (pack_id, sha256) do nothing

-- name: kept
select pack_id, sha256 from rule_pack_version

-- name: files
select files from rule_pack_version where pack_id = %s and sha256 = %s

-- name: accept
insert into rule_pack_acceptance (organisation_id, pack_id, sha256, version, reason, at, actor_kind,
                                  actor_id, actor_name)
values (%(organisation_id)s, %(pack_id)s, %(sha256)s, %(version)s, %(reason)s, %(at)s,
        %(actor_kind)s, %(actor_id)s, %(actor_name)s)

-- name: accepted
select distinct on (pack_id) pack_id, sha256, version, reason, at, actor_name, acceptance_no
  from rule_pack_acceptance where organisation_id = %s
 order by pack_id, acceptance_no desc

-- name: history
select pack_id, sha256, version, reason, at, actor_name, acceptance_no
  from rule_pack_acceptance
 where organisation_id = %(organisation_id)s
   and (%(pack_id)s::text is null or pack_id = %(pack_id)s)
   and (%(before)s::bigint is null or acceptance_no < %(before)s)
 order by acceptance_no desc limit %(limit)s
