-- Accounts at cloud PBXs and trunks with which we register (RFC 3261 section 10); one for each connection of that kind.
CREATE TABLE registration_accounts (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The connection whose calls come by this account.
    connection_id uuid NOT NULL,
    -- Host name or address of the registrar (and of the outbound proxy, which is the same).
    registrar_host text COLLATE "C" NOT NULL,
    -- Its port.
    registrar_port integer NOT NULL,
    -- 'udp', 'tcp' or 'tls'.
    transport text NOT NULL,
    -- The domain of the address of record; the registrar's host when NULL.
    domain text COLLATE "C",
    -- User part of the address of record. It may be a telephone number.
    username text NOT NULL,
    -- The user name of the digest; the user part when NULL.
    auth_username text,
    -- The password, sealed under the tenant's key; only a worker opens it.
    sealed_password bytea NOT NULL,
    -- The expiry asked for, in seconds.
    expires_seconds integer NOT NULL,
    -- How it stands: 'unregistered' (not tried yet), 'registered', 'refused', 'unreachable'.
    state text NOT NULL DEFAULT 'unregistered',
    -- The final status code of the last REGISTER; NULL when none came.
    status_code integer,
    -- Since when it stands so.
    state_since timestamptz,
    -- When it was last confirmed by the registrar.
    confirmed_at timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    CONSTRAINT registration_accounts_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT registration_accounts_port CHECK (registrar_port BETWEEN 1 AND 65535),
    CONSTRAINT registration_accounts_transport_known CHECK (transport IN ('udp', 'tcp', 'tls')),
    CONSTRAINT registration_accounts_expiry CHECK (expires_seconds BETWEEN 60 AND 86400),
    CONSTRAINT registration_accounts_sealed CHECK (octet_length(sealed_password) BETWEEN 48 AND 8192),
    CONSTRAINT registration_accounts_state_known CHECK (state IN ('unregistered', 'registered', 'refused', 'unreachable'))
);

ALTER TABLE registration_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE registration_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY registration_accounts_of_tenant ON registration_accounts
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (registrar_host, registrar_port, transport, domain, username, auth_username, sealed_password,
    expires_seconds, state, status_code, state_since, confirmed_at) ON registration_accounts TO rokuon_app;
