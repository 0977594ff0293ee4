-- The last fourteen months, each in a partition of its own.
CREATE FUNCTION reconcile.id_of(moment timestamptz, low bigint) RETURNS uuid
RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000'
        || lpad(to_hex(low), 12, '0'))::uuid;

DO $$
DECLARE
    month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC') - interval '14 months';
BEGIN
    WHILE month <= now() AT TIME ZONE 'UTC' LOOP
        EXECUTE format(
            'CREATE TABLE reconcile.run_outcome_%s PARTITION OF reconcile.run_outcome FOR VALUES FROM (%L) TO (%L)',
            to_char(month, 'YYYY_MM'),
            reconcile.id_of(month AT TIME ZONE 'UTC', 0),
            reconcile.id_of((month + interval '1 month') AT TIME ZONE 'UTC', 0));
        month := month + interval '1 month';
    END LOOP;
END
$$;
