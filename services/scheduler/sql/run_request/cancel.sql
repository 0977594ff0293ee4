-- It stays open until a worker has taken its job, and so its end has been noted and reported.
UPDATE scheduler.run_request
SET cancel_requested = true, cancel_time = COALESCE(cancel_time, now())
WHERE tenant_id = $1 AND run_id = $2
