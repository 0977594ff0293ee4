-- A run as somebody, or the schedule, asked for it. What became of it is reconcile's to say.
CREATE TABLE scheduler.run_request (
    run_id uuid PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('SYNC', 'PREVIEW')),
    trigger text NOT NULL CHECK (trigger IN ('MANUAL', 'SCHEDULED')),
    lane text NOT NULL CHECK (lane IN ('interactive', 'scheduled', 'slow')),
    cancel_requested boolean NOT NULL DEFAULT false,
    -- The W3C trace context of the call that asked.
    traceparent text,
    create_time timestamptz NOT NULL DEFAULT now(),
    -- When the broker last confirmed its job; null while that is to be done.
    published_at timestamptz,
    -- Until when a publisher has it in hand.
    claimed_until timestamptz,
    -- Whether it may still need anything of the scheduler. The sweeper closes what is over, so that the
    -- hot paths look at what is open alone, however long the history.
    open boolean NOT NULL DEFAULT true
);

-- A tenant's runs, newest first: run ids grow with time.
CREATE INDEX run_request_of_tenant ON scheduler.run_request (tenant_id, run_id);

-- The run that waits already.
CREATE INDEX run_request_open ON scheduler.run_request (tenant_id, kind) WHERE open;

-- The publisher, which takes the lanes in this order: interactive, scheduled, slow.
CREATE INDEX run_request_unpublished ON scheduler.run_request (lane, create_time)
    WHERE published_at IS NULL AND open;
