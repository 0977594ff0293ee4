DELETE FROM reconcile.connection_test WHERE expire_time <= now()
