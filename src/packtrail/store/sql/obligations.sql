-- name: add_note
insert into obligation_note (organisation_id, key, market, product, site, line, due_on, state, owner,
                             reason, evidence, evidence_sha256, pack_version, pack_sha256, at,
                             actor_kind, actor_id, actor_name)
values (%(organisation_id)s, %(key)s, %(market)s, %(product)s, %(site)s, %(line)s, %(due_on)s,
        %(state)s, %(owner)s, %(reason)s, %(evidence)s, %(evidence_sha256)s, %(pack_version)s,
        %(pack_sha256)s, %(at)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s)
returning note_no

-- name: notes
select note_no, key, market, product, site, line, due_on, state, owner, reason, evidence,
       evidence_sha256, pack_version, pack_sha256, at, actor_name
  from obligation_note
 where organisation_id = %(organisation_id)s and (%(key)s::text is null or key = %(key)s)
 order by note_no

-- name: newest_note
select coalesce(max(note_no), 0) from obligation_note where organisation_id = %s

-- name: add_evidence
insert into obligation_evidence (organisation_id, sha256, filename, media_type, size, content, at,
                                 actor_name)
values (%(organisation_id)s, %(sha256)s, %(filename)s, %(media_type)s, %(size)s, %(content)s, %(at)s,
        %(actor_name)s)
on conflict (organisation_id, sha256) do nothing

-- name: evidence
select sha256, filename, media_type, size, at, actor_name from obligation_evidence
 where organisation_id = %s and sha256 = any(%s)

-- name: evidence_content
select content from obligation_evidence where organisation_id = %s and sha256 = %s

-- name: remind
insert into obligation_reminder (organisation_id, key, due_on, days_before, what, owner, at)
values (%(organisation_id)s, %(key)s, %(due_on)s, %(days_before)s, %(what)s, %(owner)s, %(at)s)
on conflict do nothing

-- name: reminders
select key, due_on, days_before, what, owner, at, seen_at, seen_by from obligation_reminder
 where organisation_id = %s and (%s or seen_at is null)
 order by due_on, days_before, key limit %s

-- name: seen
update obligation_reminder set seen_at = %(at)s, seen_by = %(by)s
 where organisation_id = %(organisation_id)s and key = %(key)s and seen_at is null

-- name: add_feed
insert into calendar_feed (feed_id, organisation_id, name, markets, token_sha256, created_at,
                           created_by)
values (%(feed_id)s, %(organisation_id)s, %(name)s, %(markets)s, %(token_sha256)s, %(created_at)s,
        %(created_by)s)

-- name: feeds
select f.feed_id::text, f.organisation_id, o.code as organisation, f.name, f.markets, f.created_at,
       f.created_by, f.last_used_at, f.revoked_at
  from calendar_feed f join organisation o using (organisation_id)

-- name: revoke_feed
update calendar_feed set revoked_at = %s
 where organisation_id = %s and feed_id = %s and revoked_at is null

-- name: use_feed
update calendar_feed set last_used_at = %(at)s
 where feed_id = %(feed_id)s and (last_used_at is null or last_used_at < %(before)s)
