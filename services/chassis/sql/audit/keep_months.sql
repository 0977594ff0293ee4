-- The function is the record's owner's, and can drop only what is older than its period.
SELECT audit.keep_months() AS "kept!"
