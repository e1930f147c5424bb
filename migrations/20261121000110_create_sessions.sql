-- Who is signed in.
CREATE TABLE sessions (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id, for the audit trail; not a secret.
    session_id uuid NOT NULL,
    -- SHA-256 of the 256-bit token in the cookie; the token itself is nowhere.
    token_sha256 bytea NOT NULL,
    -- Sent back by the portal with every unsafe request.
    csrf_token text NOT NULL,
    -- Who.
    person_id uuid NOT NULL,
    -- When they signed in.
    created_at timestamptz NOT NULL,
    -- Their last act; the idle lock counts from here.
    last_seen_at timestamptz NOT NULL,
    -- It ends then in any case.
    expires_at timestamptz NOT NULL,
    -- When it was ended.
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, session_id),
    CONSTRAINT sessions_token_once UNIQUE (tenant_id, token_sha256),
    CONSTRAINT sessions_person FOREIGN KEY (tenant_id, person_id) REFERENCES people,
    CONSTRAINT sessions_token_sha256_length CHECK (octet_length(token_sha256) = 32)
);
CREATE INDEX sessions_by_person ON sessions (tenant_id, person_id) WHERE ended_at IS NULL;

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY sessions_of_tenant ON sessions
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (last_seen_at, ended_at) ON sessions TO rokuon_app;
