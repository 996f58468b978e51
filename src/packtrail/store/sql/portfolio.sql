-- name: pools
select class_key, code, policy, issued from serial_pool
 where owner_id = %s and kind = 'sgtin' and source <> 'drawn' and closed_at is null
 order by pool_id

-- name: gtins
select code, gtin from packaging where owner_id = %s
