-- Time at which it was cancelled: the end of a run that no worker has begun. Null for a request that was cancelled before
-- this column was made.
ALTER TABLE scheduler.run_request ADD COLUMN cancel_time timestamptz;
