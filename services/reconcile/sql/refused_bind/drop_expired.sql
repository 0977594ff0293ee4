-- Accounts of which nothing was heard for so many seconds, at most $2 of them.
DELETE FROM reconcile.refused_bind b
USING (
    SELECT account
    FROM reconcile.refused_bind
    WHERE update_time < now() - make_interval(secs => $1)
    LIMIT $2
    FOR UPDATE SKIP LOCKED
) old
WHERE b.account = old.account
