SELECT objects FROM reconcile.sighting WHERE tenant_id = $1
