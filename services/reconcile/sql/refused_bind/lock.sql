-- The binds of one account, which no other call changes until the transaction ends. The clock is read once that is so.
INSERT INTO reconcile.refused_bind (account)
VALUES ($1)
ON CONFLICT (account) DO UPDATE SET account = EXCLUDED.account
RETURNING refused, paused_until, under_way, under_way_until, clock_timestamp() AS "now!"
