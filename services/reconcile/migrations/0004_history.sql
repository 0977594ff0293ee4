-- The verdicts of all runs, as one history for each tenant.

-- A row is valid from the applied run `valid_from` up to, and without, the applied run `valid_to`. The run that wrote
-- it shows the entry verdict, every later one the steady verdict: what the same row is if nothing has changed.
--
-- The rows that previews have beyond the history stand here as well, marked with their run and valid for no other: so
-- one index leads through the rows of any run by address, and a page costs no more than its rows.
--
-- The reasons of verdicts have no check: new ones come with the rules, and a check of this table would read it whole.
CREATE TABLE reconcile.claim_history (
    tenant_id text COLLATE "C",
    row_id bigint,
    valid_from bigint NOT NULL,
    valid_to bigint,
    -- Of the steady content: by it a run finds the rows that stay as they are.
    content uuid NOT NULL,
    preview_run_id uuid,
    address text COLLATE "C",
    -- The address in lower case, if that is another: below row-level security no index leads by lower(), which could tell
    -- something of a row.
    lower_address text COLLATE "C" GENERATED ALWAYS AS (NULLIF(lower(address), address)) STORED,
    -- Null for a row that only the preview had from which a HELD run differs.
    entry_verdict text,
    entry_reason text,
    entry_other text,
    -- Null for a row that lives for one run only.
    steady_verdict text,
    steady_reason text,
    steady_other text,
    -- In the rows of a run that is HELD because it differs from a preview: what that showed.
    previous_verdict text,
    address_type text,
    primary_address text NOT NULL,
    directory_type text,
    directory_primary text NOT NULL,
    object_type text,
    object_id text NOT NULL,
    object_dn text NOT NULL,
    PRIMARY KEY (tenant_id, address, row_id),
    CONSTRAINT claim_history_preview_is_never_open CHECK (preview_run_id IS NULL OR valid_to IS NOT NULL),
    CONSTRAINT claim_history_entry_verdict_is_known
        CHECK (entry_verdict IN ('ADD', 'KEEP', 'UPDATE', 'REMOVE', 'STALE', 'SKIP')),
    CONSTRAINT claim_history_steady_verdict_is_known
        CHECK (steady_verdict IN ('ADD', 'KEEP', 'UPDATE', 'REMOVE', 'STALE', 'SKIP')),
    CONSTRAINT claim_history_previous_verdict_is_known
        CHECK (previous_verdict IN ('ADD', 'KEEP', 'UPDATE', 'REMOVE', 'STALE', 'SKIP')),
    CONSTRAINT claim_history_address_type_is_known CHECK (address_type IN ('PRIMARY', 'ALIAS', 'DOMAIN_ALIAS')),
    CONSTRAINT claim_history_directory_type_is_known CHECK (directory_type IN ('PRIMARY', 'ALIAS', 'DOMAIN_ALIAS')),
    CONSTRAINT claim_history_object_type_is_known
        CHECK (object_type IN ('USER', 'GROUP', 'CONTACT', 'PUBLIC_FOLDER', 'RESOURCE', 'SHARED_MAILBOX', 'OTHER'))
    -- Rows are closed through two of the indexes: a large change leaves as many dead rows as it closes.
) WITH (autovacuum_vacuum_scale_factor = 0.02);

-- The rows that count now: what a run compares itself with, without reading the rows themselves.
CREATE INDEX claim_history_open ON reconcile.claim_history (tenant_id, row_id) INCLUDE (content) WHERE valid_to IS NULL;

-- The rows of the history that are over, to drop them once no run shows them.
CREATE INDEX claim_history_closed ON reconcile.claim_history (tenant_id, valid_to)
    WHERE valid_to IS NOT NULL AND preview_run_id IS NULL;

-- The rows of a preview, to drop them with it.
CREATE INDEX claim_history_of_preview ON reconcile.claim_history (tenant_id, preview_run_id)
    WHERE preview_run_id IS NOT NULL;

-- The few rows among the many that say more than that an address comes or stays.
CREATE INDEX claim_history_of_note ON reconcile.claim_history (tenant_id, address, row_id)
    WHERE entry_verdict NOT IN ('ADD', 'KEEP');

-- A search ignores case. Addresses are in lower case, except for what a directory has that is none.
CREATE INDEX claim_history_in_other_case ON reconcile.claim_history (tenant_id, lower_address)
    WHERE lower_address IS NOT NULL;

-- The rows of the history, as it stood, that a preview does not show.
CREATE TABLE reconcile.preview_hidden (
    tenant_id text COLLATE "C",
    run_id uuid,
    row_id bigint,
    PRIMARY KEY (tenant_id, run_id, row_id)
);
