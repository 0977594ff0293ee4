-- The portal's data: domains, accounts, addresses. Texts of enums are the names of rollcall.v1 without their prefix.

-- A domain has one owner. This is the one table whose key does not start with the tenant.
CREATE TABLE portal.domain (
    -- By bytes, here and in every schema: columns of different collations are joined without an index.
    name text COLLATE "C" PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    -- The tenant's domain of which this is an alias.
    alias_of text COLLATE "C"
);

CREATE INDEX domain_of_tenant ON portal.domain (tenant_id, name);

-- Domains that their tenants gave up. Until then, no other tenant can register them, unless an operator releases them.
CREATE TABLE portal.reserved_domain (
    name text COLLATE "C" PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    end_time timestamptz NOT NULL
);

CREATE INDEX reserved_domain_by_end ON portal.reserved_domain (end_time);
CREATE INDEX reserved_domain_of_tenant ON portal.reserved_domain (tenant_id);

-- Live, stale and (until they are purged) removed accounts. They change mostly outside their indexes: room in each page
-- lets them do so without touching one.
CREATE TABLE portal.account (
    tenant_id text COLLATE "C",
    account_id uuid,
    hsr_enabled boolean NOT NULL,
    is_protected boolean NOT NULL,
    stale_since timestamptz,
    -- Time of its removal; it can be restored. Null for an account that counts.
    remove_time timestamptz,
    type text NOT NULL,
    origin text NOT NULL,
    primary_address text COLLATE "C" NOT NULL,
    -- The directory object whose account it is.
    object_id text COLLATE "C",
    -- The change of the tenant's accounts that made it, and the one that changed it last.
    created_version bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, account_id),
    CONSTRAINT account_type_is_known
        CHECK (type IN ('USER', 'GROUP', 'CONTACT', 'PUBLIC_FOLDER', 'RESOURCE', 'SHARED_MAILBOX', 'OTHER')),
    CONSTRAINT account_origin_is_known CHECK (origin IN ('SYNCED', 'MANUAL'))
) WITH (fillfactor = 90);

-- The list of a tenant's accounts, and that of its removed ones. Not unique, or two accounts could not swap their
-- primaries: the addresses' key sees to that.
CREATE INDEX account_by_primary_address ON portal.account (tenant_id, primary_address) WHERE remove_time IS NULL;
CREATE INDEX account_removed_by_primary_address ON portal.account (tenant_id, primary_address)
    WHERE remove_time IS NOT NULL;
-- The accounts that a run made, for its revert.
CREATE INDEX account_created ON portal.account (tenant_id, created_version);
-- Accounts to purge.
CREATE INDEX account_removed ON portal.account (remove_time) WHERE remove_time IS NOT NULL;

-- The addresses of accounts that count: an address has one account.
CREATE TABLE portal.address (
    tenant_id text COLLATE "C",
    address text COLLATE "C",
    account_id uuid NOT NULL,
    stale_since timestamptz,
    address_type text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, address),
    CONSTRAINT address_type_is_known CHECK (address_type IN ('PRIMARY', 'ALIAS', 'DOMAIN_ALIAS')),
    CONSTRAINT address_origin_is_known CHECK (origin IN ('SYNCED', 'MANUAL'))
);

CREATE INDEX address_of_account ON portal.address (tenant_id, account_id);

-- The addresses that removed accounts had, for their return. Other accounts may take them.
CREATE TABLE portal.removed_address (
    tenant_id text COLLATE "C",
    account_id uuid,
    address text COLLATE "C",
    stale_since timestamptz,
    address_type text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, account_id, address),
    CONSTRAINT removed_address_type_is_known CHECK (address_type IN ('PRIMARY', 'ALIAS', 'DOMAIN_ALIAS')),
    CONSTRAINT removed_address_origin_is_known CHECK (origin IN ('SYNCED', 'MANUAL'))
);

-- Removed accounts that had an address.
CREATE INDEX removed_address_by_address ON portal.removed_address (tenant_id, address);
