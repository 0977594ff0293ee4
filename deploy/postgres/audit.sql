-- The record of every act, which the services write and cannot change. For psql, as a superuser, in the database of
-- schemas.sql and after it. Running it again changes nothing.
--
-- A role owns it that no one can log in as. A service may insert what it does, and nothing else: the time and the
-- service of a record are the database's own. So whoever steals a service's password can neither rewrite the record nor
-- write it in another's name or at another time.

CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION rollcall_audit;
GRANT USAGE ON SCHEMA audit TO rollcall_scheduler, rollcall_reconcile, rollcall_results,
    rollcall_scheduler_fleet, rollcall_reconcile_fleet, rollcall_results_fleet;
-- For the function below: schemas.sql takes languages from everybody.
GRANT USAGE ON LANGUAGE plpgsql TO rollcall_audit;

SET ROLE rollcall_audit;

-- A call that acted, or that was refused.
CREATE TABLE IF NOT EXISTS audit.record (
    -- Grows within a transaction, too.
    record_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    record_id uuid NOT NULL DEFAULT gen_random_uuid(),
    -- The database role of the service that wrote it.
    service text COLLATE "C" NOT NULL DEFAULT session_user,
    -- The identity in the caller's certificate, and the person for whom it called, if it said so.
    caller text COLLATE "C" NOT NULL,
    actor text COLLATE "C",
    -- Null for an act on all tenants.
    tenant_id text COLLATE "C",
    -- The method's name without that of its service.
    method text COLLATE "C" NOT NULL,
    -- The act itself, as a list of {name, value, old}.
    details jsonb NOT NULL DEFAULT '[]',
    run_id uuid,
    -- OK, or the refusal's code.
    outcome text COLLATE "C" NOT NULL,
    -- Calls for which it stands: more than one only for refusals beyond the bound of a caller.
    calls bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (record_time, record_id),
    CONSTRAINT record_stands_for_calls CHECK (calls > 0)
) PARTITION BY RANGE (record_time);

-- Records of a month that was not made in time.
CREATE TABLE IF NOT EXISTS audit.record_default PARTITION OF audit.record DEFAULT;

CREATE INDEX IF NOT EXISTS record_of_tenant ON audit.record (tenant_id, record_time, record_id);
CREATE INDEX IF NOT EXISTS record_of_run ON audit.record (run_id, record_time) WHERE run_id IS NOT NULL;

GRANT INSERT (caller, actor, tenant_id, method, details, run_id, outcome, calls) ON audit.record
    TO rollcall_scheduler, rollcall_reconcile, rollcall_results,
       rollcall_scheduler_fleet, rollcall_reconcile_fleet, rollcall_results_fleet;
GRANT SELECT ON audit.record TO rollcall_results, rollcall_results_fleet;

-- The wall between tenants. A transaction that names a tenant reads and writes only that tenant's records. One that names
-- none reads nothing; it may write, as refused calls of many tenants are recorded together. The owner stands before the
-- wall: its function moves and drops records of all tenants, and nobody else acts as it.
ALTER TABLE audit.record ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.record_default ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS of_tenant ON audit.record;
DROP POLICY IF EXISTS of_fleet ON audit.record;
DROP POLICY IF EXISTS of_writer ON audit.record;
CREATE POLICY of_tenant ON audit.record FOR SELECT TO rollcall_results
    USING (tenant_id = current_setting('rollcall.tenant_id', true));
CREATE POLICY of_fleet ON audit.record FOR SELECT TO rollcall_results_fleet USING (true);
CREATE POLICY of_writer ON audit.record FOR INSERT
    TO rollcall_scheduler, rollcall_reconcile, rollcall_results,
       rollcall_scheduler_fleet, rollcall_reconcile_fleet, rollcall_results_fleet
    WITH CHECK (coalesce(current_setting('rollcall.tenant_id', true), '') IN ('', tenant_id));

-- Makes the partitions of this month and of the three after it, and drops those of months that ended more than 400 days
-- ago. It runs with its owner's rights, takes no argument and finds nothing by a search path: nobody who may call it can
-- make it drop anything else. False if another session is at it.
CREATE OR REPLACE FUNCTION audit.keep_months() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
-- Statements about the record queue behind its locks.
SET lock_timeout = '1s'
AS $$
DECLARE
    start timestamptz;
    partition text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('rollcall months of audit.record', 0)) THEN
        RETURN false;
    END IF;
    FOR start IN
        SELECT date_trunc('month', now()) + ahead * interval '1 month' FROM generate_series(0, 3) AS ahead
    LOOP
        partition := 'record_' || to_char(start, 'YYYY_MM');
        CONTINUE WHEN to_regclass('audit.' || partition) IS NOT NULL;
        LOCK TABLE ONLY audit.record IN SHARE UPDATE EXCLUSIVE MODE;
        LOCK TABLE audit.record_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE audit.%I (LIKE audit.record INCLUDING ALL)', partition);
        EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', partition);
        EXECUTE format(
            'WITH late AS (
                 DELETE FROM audit.record_default WHERE record_time >= %L AND record_time < %L RETURNING *
             )
             INSERT INTO audit.%I SELECT * FROM late',
            start, start + interval '1 month', partition);
        EXECUTE format(
            'ALTER TABLE audit.record ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
            partition, start, start + interval '1 month');
    END LOOP;
    FOR partition IN
        SELECT c.relname
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.record'::regclass
          AND c.relname ~ '^record_\d{4}_\d{2}$'
          AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= now() - interval '400 days'
    LOOP
        EXECUTE format('DROP TABLE audit.%I', partition);
    END LOOP;
    DELETE FROM audit.record_default WHERE record_time <= now() - interval '400 days';
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION audit.keep_months() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.keep_months() TO rollcall_scheduler;

SELECT audit.keep_months();

RESET ROLE;

-- The part that results reads, with its own rights.
CREATE OR REPLACE VIEW results.audit_record WITH (security_invoker = true) AS
SELECT record_time, record_id, service, caller, actor, tenant_id, method, details, run_id, outcome, calls
FROM audit.record;
ALTER VIEW results.audit_record OWNER TO rollcall_audit;
GRANT SELECT ON results.audit_record TO rollcall_results, rollcall_results_fleet;
