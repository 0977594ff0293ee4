UPDATE reconcile.refused_bind
SET refused = $2, paused_until = $3, under_way = $4, under_way_until = $5, update_time = now()
WHERE account = $1
