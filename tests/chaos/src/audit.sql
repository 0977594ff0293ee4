-- Notes what a look now and then would miss. Both triggers write in the transaction that they watch.
CREATE SCHEMA chaos;

-- Addresses that a committed transaction left without an account.
CREATE TABLE chaos.missing_address (
    tenant_id text NOT NULL,
    address text NOT NULL
);

-- Each lease that a run got.
CREATE TABLE chaos.beginning (
    tenant_id text NOT NULL,
    run_id uuid NOT NULL
);

CREATE FUNCTION chaos.note_missing_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM portal.address WHERE tenant_id = OLD.tenant_id AND address = OLD.address) THEN
        INSERT INTO chaos.missing_address VALUES (OLD.tenant_id, OLD.address);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION chaos.note_beginning() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO chaos.beginning VALUES (NEW.tenant_id, NEW.run_id);
    RETURN NULL;
END $$;

-- At the end of the transaction: an address may leave one account for another.
CREATE CONSTRAINT TRIGGER chaos_missing_address AFTER DELETE OR UPDATE OF address ON portal.address
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos.note_missing_address();

CREATE TRIGGER chaos_beginning AFTER UPDATE OF fence ON reconcile.lease
    FOR EACH ROW WHEN (NEW.fence > OLD.fence AND NEW.run_id IS NOT NULL) EXECUTE FUNCTION chaos.note_beginning();
