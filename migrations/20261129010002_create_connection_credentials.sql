-- What a connection proves itself with. The secret itself is shown once when it is made and kept nowhere.
CREATE TABLE connection_credentials (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Whose credential.
    connection_id uuid NOT NULL,
    -- Its id.
    credential_id uuid NOT NULL,
    -- 'digest': user name and password of SIP digest; 'token': the bearer token of WHIP (RFC 9725).
    kind text NOT NULL,
    -- The user name of a digest; NULL for a token.
    username text COLLATE "C",
    -- SHA-256 of "username:rokuon:password" (RFC 7616 A1). It stands in for the password in this realm alone, which is random and ours.
    ha1_sha256 bytea,
    -- MD5 of the same, for the many PBXs that know nothing newer.
    ha1_md5 bytea,
    -- SHA-256 of a token's octets (256 random bits, so a plain hash suffices).
    token_sha256 bytea,
    -- When it was made.
    created_at timestamptz NOT NULL,
    -- When it ends; NULL while it is the newest. A rotation sets it on the one before.
    valid_until timestamptz,
    PRIMARY KEY (tenant_id, connection_id, credential_id),
    CONSTRAINT connection_credentials_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT connection_credentials_form CHECK (
        kind = 'digest' AND username IS NOT NULL AND octet_length(ha1_sha256) = 32 AND octet_length(ha1_md5) = 16 AND token_sha256 IS NULL
        OR kind = 'token' AND username IS NULL AND ha1_sha256 IS NULL AND ha1_md5 IS NULL AND octet_length(token_sha256) = 32
    )
);

ALTER TABLE connection_credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_credentials_of_tenant ON connection_credentials
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE, UPDATE (valid_until) ON connection_credentials TO rokuon_app;
