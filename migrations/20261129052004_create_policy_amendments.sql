-- Amended policies on their way into force: proposed by one person, approved by another.
CREATE TABLE policy_amendments (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    amendment_id uuid NOT NULL,
    -- The file as proposed.
    toml text NOT NULL,
    -- SHA-256 of the file.
    sha256 bytea NOT NULL,
    -- First civil day (Japan) it is to apply.
    effective_from date NOT NULL,
    -- Whether anything is kept for a shorter time than before.
    shortens boolean NOT NULL,
    -- Who proposed it. No foreign key, as in the audit trail.
    proposed_by uuid NOT NULL,
    -- When.
    proposed_at timestamptz NOT NULL,
    -- Why, in the proposer's words.
    reason text NOT NULL,
    -- 'proposed', 'approved' (then it is a version of the policy and takes force on its day), 'withdrawn'.
    state text NOT NULL,
    -- Who approved or withdrew it.
    decided_by uuid,
    -- When.
    decided_at timestamptz,
    -- The version it became.
    policy_version integer,
    PRIMARY KEY (tenant_id, amendment_id),
    CONSTRAINT policy_amendments_state_known CHECK (state IN ('proposed', 'approved', 'withdrawn')),
    CONSTRAINT policy_amendments_decided CHECK ((state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT policy_amendments_two_persons CHECK (state <> 'approved' OR decided_by <> proposed_by),
    CONSTRAINT policy_amendments_became CHECK ((state = 'approved') = (policy_version IS NOT NULL)),
    CONSTRAINT policy_amendments_version FOREIGN KEY (tenant_id, policy_version) REFERENCES policy_versions,
    CONSTRAINT policy_amendments_sha256_length CHECK (octet_length(sha256) = 32)
);
CREATE INDEX policy_amendments_newest ON policy_amendments (tenant_id, proposed_at DESC);

ALTER TABLE policy_amendments ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy_amendments FORCE ROW LEVEL SECURITY;
CREATE POLICY policy_amendments_of_tenant ON policy_amendments
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, policy_version) ON policy_amendments TO rokuon_app;
