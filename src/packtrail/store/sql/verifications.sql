-- name: insert
insert into verification (class_key, verification_id, item_key, at, recorded_at, organisation_id,
                          actor_kind, actor_id, actor_name, way, purpose, place, station, market,
                          lot, expires, scanned, verdict, reasons, rule_pack, detail)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: select
select class_key, verification_id, item_key, at, recorded_at, organisation_id, actor_kind, actor_id,
       actor_name, way, purpose, place, station, market, lot, expires, scanned, verdict, reasons,
       rule_pack, detail
  from verification

-- name: by_id
select class_key, verification_id, item_key, at, recorded_at, organisation_id, actor_kind, actor_id,
       actor_name, way, purpose, place, station, market, lot, expires, scanned, verdict, reasons,
       rule_pack, detail
  from verification
 where verification_id = %s and organisation_id = %s
