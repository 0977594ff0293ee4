CREATE OR REPLACE VIEW results.run_request AS
SELECT run_id, tenant_id, kind, trigger, lane, cancel_requested, create_time, acts_on_run_id, expect_preview_run_id,
       open, cancel_time, requested_by_caller, requested_by_actor
FROM scheduler.run_request;

GRANT SELECT ON results.run_request TO rollcall_results;
