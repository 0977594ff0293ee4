-- Which runs somebody asked for by hand: a tenant gets only so many of them in a while. A scheduled run that somebody moved to
-- the front is none.
ALTER TABLE scheduler.run_request ADD COLUMN by_hand boolean NOT NULL DEFAULT false;

CREATE INDEX run_request_by_hand ON scheduler.run_request (tenant_id, create_time) WHERE by_hand;

-- Whether a sync is expected to equal a preview.
CREATE INDEX run_request_expecting ON scheduler.run_request (tenant_id, expect_preview_run_id)
    WHERE expect_preview_run_id IS NOT NULL;
