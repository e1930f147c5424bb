-- The two sides of a call, one a channel.
CREATE TABLE legs (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Of which call.
    call_id uuid NOT NULL,
    -- 0 left, the caller; 1 right, the called party.
    channel smallint NOT NULL,
    -- 'caller' or 'called'.
    role text NOT NULL,
    -- Digits.
    digits text COLLATE "C",
    -- Name as signalled.
    name text,
    -- Whether signalling proves that this channel is this party.
    proved boolean NOT NULL,
    PRIMARY KEY (tenant_id, call_id, channel),
    CONSTRAINT legs_call FOREIGN KEY (tenant_id, call_id) REFERENCES calls,
    CONSTRAINT legs_role_known CHECK (role IN ('caller', 'called')),
    CONSTRAINT legs_channel_known CHECK (channel IN (0, 1))
);

ALTER TABLE legs ENABLE ROW LEVEL SECURITY;
ALTER TABLE legs FORCE ROW LEVEL SECURITY;
CREATE POLICY legs_of_tenant ON legs
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE, UPDATE (role, digits, name, proved) ON legs TO rokuon_app;
