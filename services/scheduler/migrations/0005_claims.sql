-- A publisher's claim has an owner, so that it is renewed by nobody else.
ALTER TABLE scheduler.run_request
    -- The batch that a publisher has the request in hand with, until `claimed_until`.
    ADD COLUMN claimed_by uuid;
