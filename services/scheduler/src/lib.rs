//! Settings, schedules and run requests, which become jobs.
