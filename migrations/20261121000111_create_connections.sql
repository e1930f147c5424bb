-- The cloud PBXs and trunks a tenant records from. A call's tenant is found by its connection, never by the number dialled.
CREATE TABLE connections (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    connection_id uuid NOT NULL,
    -- The tenant's name for it.
    name text NOT NULL,
    -- How calls arrive: 'siprec'.
    kind text NOT NULL,
    -- User part of the SIP address the PBX is pointed at: random, so it is unique over all tenants and not guessable.
    address_user text COLLATE "C" NOT NULL,
    -- The networks it may call from; none means any.
    networks cidr[] NOT NULL,
    -- The line its calls belong to when signalling does not say.
    default_line text COLLATE "C",
    -- 'active' or 'disabled'.
    state text NOT NULL,
    -- When it was made.
    created_at timestamptz NOT NULL,
    -- When the last call came.
    last_call_at timestamptz,
    -- When it last showed itself in any way (OPTIONS, call).
    last_heartbeat_at timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    -- Not led by tenant_id: routing must find one connection over all tenants. The value is 120 random bits chosen by us,
    -- so a conflict tells nothing about another tenant.
    CONSTRAINT connections_address_user_once UNIQUE (address_user),
    CONSTRAINT connections_default_line FOREIGN KEY (tenant_id, default_line) REFERENCES lines (tenant_id, line_key),
    CONSTRAINT connections_kind_known CHECK (kind IN ('siprec')),
    CONSTRAINT connections_state_known CHECK (state IN ('active', 'disabled')),
    CONSTRAINT connections_address_user_form CHECK (address_user ~ '^[a-z0-9-]{8,64}$')
);

ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;
CREATE POLICY connections_of_tenant ON connections
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (name, networks, default_line, state, last_call_at, last_heartbeat_at) ON connections TO rokuon_app;
