-- What is about to be erased of a recording, written down before the first object goes: after a crash nothing else knows it.
CREATE TABLE destruction_lists (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Of which recording.
    recording_id uuid NOT NULL,
    -- 'destroyed' with its certificate to come, or 'moved' to the second tier.
    cause text NOT NULL,
    -- The objects: [{bucket, key, version, bytes}].
    objects jsonb NOT NULL,
    -- When it was written.
    listed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, recording_id, cause),
    CONSTRAINT destruction_lists_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings,
    CONSTRAINT destruction_lists_cause_known CHECK (cause IN ('destroyed', 'moved'))
);

ALTER TABLE destruction_lists ENABLE ROW LEVEL SECURITY;
ALTER TABLE destruction_lists FORCE ROW LEVEL SECURITY;
CREATE POLICY destruction_lists_of_tenant ON destruction_lists
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
-- A list goes when everything on it is gone.
GRANT SELECT, INSERT, DELETE, UPDATE (objects) ON destruction_lists TO rokuon_app;

-- The proof that a recording is gone: exactly one a destroyed recording, never changed.
CREATE TABLE certificates (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    certificate_id uuid NOT NULL,
    -- Of which recording.
    recording_id uuid NOT NULL,
    -- When it was issued, which is when the recording was seen to be gone.
    issued_at timestamptz NOT NULL,
    -- 'expired', 'erasure' or 'capacity'.
    reason text NOT NULL,
    -- The article of that reason.
    article text NOT NULL,
    -- The version of the policy by which it was kept.
    policy_version integer NOT NULL,
    -- The civil day of Japan on which the call was.
    call_day date NOT NULL,
    -- The signed note, whole: what is in the columns above and all else it says, as signed.
    note text NOT NULL,
    -- Its SHA-256, which stands in the audit trail.
    note_sha256 bytea NOT NULL,
    PRIMARY KEY (tenant_id, certificate_id),
    CONSTRAINT certificates_one_of_a_recording UNIQUE (tenant_id, recording_id),
    CONSTRAINT certificates_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings,
    CONSTRAINT certificates_reason_known CHECK (reason IN ('expired', 'erasure', 'capacity')),
    CONSTRAINT certificates_digest CHECK (octet_length(note_sha256) = 32)
);
CREATE INDEX certificates_newest ON certificates (tenant_id, issued_at DESC, certificate_id DESC);

ALTER TABLE certificates ENABLE ROW LEVEL SECURITY;
ALTER TABLE certificates FORCE ROW LEVEL SECURITY;
CREATE POLICY certificates_of_tenant ON certificates
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT ON certificates TO rokuon_app;
