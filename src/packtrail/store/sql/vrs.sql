-- name: responder
select gln, policy,
       (select partner.gln from vrs_partner partner
         where partner.key_id = %(key_id)s and partner.organisation_id = %(organisation_id)s)
  from vrs_responder where organisation_id = %(organisation_id)s

-- name: add_partner
insert into vrs_partner (key_id, organisation_id, gln, name, made_at, made_by)
values (%(key_id)s, %(organisation_id)s, %(gln)s, %(name)s, %(at)s, %(by)s)

-- name: partners
select partner.key_id, partner.gln, partner.name, partner.made_at, partner.made_by,
       key.expires_at, key.revoked_at, key.last_used_at
  from vrs_partner partner join api_key key on key.key_id = partner.key_id
 where partner.organisation_id = %s
 order by partner.name, partner.made_at

-- name: set_responder
insert into vrs_responder (organisation_id, gln, policy, changed_at, changed_by)
values (%(organisation_id)s, %(gln)s, %(policy)s, %(at)s, %(by)s)
on conflict (organisation_id) do update
   set gln = excluded.gln, policy = excluded.policy, changed_at = excluded.changed_at,
       changed_by = excluded.changed_by

-- name: directory
select gtin, url, responder_gln, credential, presentation, changed_at, changed_by
  from vrs_directory where organisation_id = %s order by gtin limit %s

-- name: entry
select gtin, url, responder_gln, credential, presentation, changed_at, changed_by
  from vrs_directory where organisation_id = %s and gtin = %s

-- name: set_entry
insert into vrs_directory (organisation_id, gtin, url, responder_gln, credential, presentation,
                           changed_at, changed_by)
values (%(organisation_id)s, %(gtin)s, %(url)s, %(responder_gln)s, %(credential)s,
        %(presentation)s, %(at)s, %(by)s)
on conflict (organisation_id, gtin) do update
   set url = excluded.url, responder_gln = excluded.responder_gln,
       credential = excluded.credential, presentation = excluded.presentation,
       changed_at = excluded.changed_at,
       changed_by = excluded.changed_by

-- name: delete_entry
delete from vrs_directory where organisation_id = %s and gtin = %s

-- name: trust
select version, content, sha256, set_at, set_by
  from vrs_trust where organisation_id = %s order by version desc limit 1

-- name: add_trust
insert into vrs_trust (organisation_id, version, content, sha256, set_at, set_by)
values (%(organisation_id)s, %(version)s, %(content)s, %(sha256)s, %(at)s, %(by)s)

-- name: insert_request
insert into vrs_request (corr_uuid, organisation_id, gtin, serial, lot, expires, context, req_gln,
                         url, asked_by, asked_at, due_at, next_at, attempts, status)
values (%(corr_uuid)s, %(organisation_id)s, %(gtin)s, %(serial)s, %(lot)s, %(expires)s,
        %(context)s, %(req_gln)s, %(url)s, %(asked_by)s, %(asked_at)s, %(due_at)s, %(next_at)s, 0,
        'waiting')

-- name: note_answer
update vrs_request
   set status = %(status)s, attempts = attempts + 1, next_at = %(next_at)s,
       answered_at = %(answered_at)s, verified = %(verified)s, reason = %(reason)s,
       info = %(info)s, responder_gln = %(responder_gln)s, http_status = %(http_status)s,
       problem = %(problem)s
 where corr_uuid = %(corr_uuid)s and status = 'waiting'

-- name: claim_due
update vrs_request set next_at = %(again_at)s
 where corr_uuid = (select corr_uuid from vrs_request
                     where status = 'waiting' and next_at <= %(now)s
                     order by next_at limit 1 for update skip locked)
returning corr_uuid, organisation_id, gtin, serial, lot, expires, context, req_gln, url, asked_by,
          asked_at, due_at, next_at, attempts, status, answered_at, verified, reason, info,
          responder_gln, http_status, problem

-- name: requests
select corr_uuid, organisation_id, gtin, serial, lot, expires, context, req_gln, url, asked_by,
       asked_at, due_at, next_at, attempts, status, answered_at, verified, reason, info,
       responder_gln, http_status, problem
  from vrs_request
 where organisation_id = %(organisation_id)s
   and (%(status)s::text is null or status = %(status)s)
   and (%(corr_uuid)s::uuid is null or corr_uuid = %(corr_uuid)s)
 order by asked_at desc, corr_uuid
 limit %(limit)s
