-- Keeps the due tick from the tenant, which takes no lock of its own but this.
SELECT true AS "locked!" FROM scheduler.settings WHERE tenant_id = $1 FOR UPDATE
