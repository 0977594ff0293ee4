DELETE FROM reconcile.refused_bind WHERE account = $1
