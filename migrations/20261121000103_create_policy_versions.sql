-- Every version of a tenant's ordinance file that was ever loaded. Never edited in place.
CREATE TABLE policy_versions (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Counts up from 1 per tenant, in the order of loading.
    version integer NOT NULL,
    -- The file as loaded.
    toml text NOT NULL,
    -- SHA-256 of the file.
    sha256 bytea NOT NULL,
    -- First civil day (Japan) it applies; the newest version whose day has come is in force.
    effective_from date NOT NULL,
    -- When it was loaded.
    loaded_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version),
    CONSTRAINT policy_versions_same_text_once UNIQUE (tenant_id, sha256),
    CONSTRAINT policy_versions_version_counts CHECK (version >= 1),
    CONSTRAINT policy_versions_sha256_length CHECK (octet_length(sha256) = 32)
);

ALTER TABLE policy_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY policy_versions_of_tenant ON policy_versions
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT ON policy_versions TO rokuon_app;
