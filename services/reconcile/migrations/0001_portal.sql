-- The portal's data: domains, accounts, addresses. Texts of enums are the names of rollcall.v1 without their prefix.

-- A domain has one owner. This is the one table whose key does not start with the tenant.
CREATE TABLE portal.domain (
    name text COLLATE "C" PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    -- The tenant's domain of which this is an alias.
    alias_of text COLLATE "C"
);

CREATE INDEX domain_of_tenant ON portal.domain (tenant_id, name);

-- Live, stale and (until they are purged) removed accounts.
CREATE TABLE portal.account (
    tenant_id text COLLATE "C",
    account_id uuid,
    hsr_enabled boolean NOT NULL,
    protected boolean NOT NULL,
    stale_since timestamptz,
    -- When it was removed, softly; null for an account that counts.
    remove_time timestamptz,
    type text NOT NULL,
    origin text NOT NULL,
    primary_address text COLLATE "C" NOT NULL,
    -- The directory object whose account it is.
    object_id text COLLATE "C",
    PRIMARY KEY (tenant_id, account_id)
);

-- The list of a tenant's accounts. Not unique, or two accounts could not swap their primaries: that is for the addresses to keep.
CREATE INDEX account_by_primary_address ON portal.account (tenant_id, primary_address)
    WHERE remove_time IS NULL;

-- The addresses of accounts that count: an address has one account.
CREATE TABLE portal.address (
    tenant_id text COLLATE "C",
    address text COLLATE "C",
    account_id uuid NOT NULL,
    stale_since timestamptz,
    address_type text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, address)
);

CREATE INDEX address_of_account ON portal.address (tenant_id, account_id);

-- What removed accounts had, for the day they return. It holds nothing against anybody.
CREATE TABLE portal.removed_address (
    tenant_id text COLLATE "C",
    account_id uuid,
    address text COLLATE "C",
    stale_since timestamptz,
    address_type text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, account_id, address)
);
