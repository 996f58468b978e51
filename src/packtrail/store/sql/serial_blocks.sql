-- name: signer
select public_key, sealed_key from serial_signer where organisation_id = %s

-- name: insert_signer
insert into serial_signer (organisation_id, public_key, sealed_key, created_at)
values (%s, %s, %s, %s) on conflict do nothing

-- name: all_signers
select organisation_id, sealed_key from serial_signer order by organisation_id for update

-- name: reseal_signer
update serial_signer set sealed_key = %s where organisation_id = %s

-- name: insert_station
insert into serial_station (organisation_id, name, public_key, created_at, created_by)
values (%(organisation_id)s, %(name)s, %(public_key)s, %(created_at)s, %(created_by)s)
on conflict do nothing
returning station_id

-- name: stations
select station_id, organisation_id, name, public_key, created_at, created_by, revoked_at
  from serial_station where organisation_id = %s

-- name: revoke_station
update serial_station set revoked_at = %s where station_id = %s and revoked_at is null

-- name: insert_block
insert into serial_block (block_id, pool_id, entry_no, station_id, sealed_at, expires_at)
values (%(block_id)s, %(pool_id)s, %(entry_no)s, %(station_id)s, %(sealed_at)s, %(expires_at)s)

-- name: blocks
select b.block_id, b.pool_id, b.entry_no, b.station_id, s.name as station, s.organisation_id,
       b.sealed_at, b.expires_at, b.settled_at
  from serial_block b join serial_station s on s.station_id = b.station_id

-- name: settle_block
update serial_block set settled_at = %s where block_id = %s
