-- Lasts until the transaction ends: until then, runs of the tenant neither begin nor commit.
--
-- Most statements under the lock look up a few keys, and any plan of theirs is the right one. PostgreSQL would plan those
-- that name a table in months for each call again, since it compares the cost with a plan of all months: a millisecond
-- each time, several times what they take. So they keep the plan of their connection, until a transaction asks otherwise.
SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS "locked!", clock_timestamp() AS "now!",
       set_config('plan_cache_mode', 'force_generic_plan', true) AS plan_cache_mode
