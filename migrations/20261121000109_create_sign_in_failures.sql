-- Failed sign-ins of the last minutes, to slow down guessing. Rows are removed once they no longer count.
CREATE TABLE sign_in_failures (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    failure_id uuid NOT NULL,
    -- SHA-256 of what was typed as ID: people type passwords there by mistake.
    account_sha256 bytea NOT NULL,
    -- Where it came from.
    source inet NOT NULL,
    -- When.
    failed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, failure_id),
    CONSTRAINT sign_in_failures_sha256_length CHECK (octet_length(account_sha256) = 32)
);
CREATE INDEX sign_in_failures_by_account ON sign_in_failures (tenant_id, account_sha256, failed_at);
CREATE INDEX sign_in_failures_by_source ON sign_in_failures (tenant_id, source, failed_at);

ALTER TABLE sign_in_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_failures FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in_failures_of_tenant ON sign_in_failures
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE ON sign_in_failures TO rokuon_app;
