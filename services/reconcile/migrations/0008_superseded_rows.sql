-- A tenant's newest previews and HELD runs are kept whole; of older ones only the summary is.

ALTER TABLE reconcile.run_outcome
    -- Whether newer ones took its place: its rows were to go before their time.
    ADD COLUMN rows_superseded boolean NOT NULL DEFAULT false;

-- A tenant's previews and HELD runs whose rows are kept, the newest last.
CREATE INDEX run_outcome_superseding ON reconcile.run_outcome (tenant_id, run_id)
    WHERE (kind = 'PREVIEW' OR state = 'HELD') AND NOT rows_dropped AND NOT rows_superseded;

-- Runs that are shown no more before their time. The rows of a HELD run that has none of its own go when those go that it shows.
CREATE VIEW reconcile.superseded_run AS
SELECT o.tenant_id, o.run_id
FROM reconcile.run_outcome o
LEFT JOIN reconcile.run_outcome shown ON shown.tenant_id = o.tenant_id AND shown.run_id = o.rows_of_run_id
WHERE o.rows_superseded OR shown.rows_superseded;

CREATE VIEW reconcile.scheduler_superseded_run AS
SELECT tenant_id, run_id
FROM reconcile.superseded_run;

GRANT SELECT ON reconcile.scheduler_superseded_run TO rollcall_scheduler;

CREATE VIEW results.superseded_run AS
SELECT tenant_id, run_id
FROM reconcile.superseded_run;

GRANT SELECT ON results.superseded_run TO rollcall_results;
