-- What is wrong, from when to when, and who has taken it up.
CREATE TABLE alarms (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    alarm_id uuid NOT NULL,
    -- What, from the closed list in code.
    kind text COLLATE "C" NOT NULL,
    -- On what: a connection's or worker's id; empty for the platform as a whole.
    subject text COLLATE "C" NOT NULL,
    -- A figure that belongs to it, such as a percentage or a count.
    figure bigint,
    -- Since when it is so.
    opened_at timestamptz NOT NULL,
    -- When it was last found so.
    seen_at timestamptz NOT NULL,
    -- When it was found over; empty while it lasts.
    closed_at timestamptz,
    -- Who took it up. No foreign key, as in the audit trail.
    acknowledged_by uuid,
    -- When.
    acknowledged_at timestamptz,
    -- What they wrote down.
    note text,
    PRIMARY KEY (tenant_id, alarm_id),
    CONSTRAINT alarms_in_order CHECK (closed_at >= opened_at),
    CONSTRAINT alarms_acknowledged CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL))
);
-- One open alarm of a kind and subject.
CREATE UNIQUE INDEX alarms_open_once ON alarms (tenant_id, kind, subject) WHERE closed_at IS NULL;
CREATE INDEX alarms_newest ON alarms (tenant_id, opened_at DESC);

ALTER TABLE alarms ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarms FORCE ROW LEVEL SECURITY;
CREATE POLICY alarms_of_tenant ON alarms
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (figure, seen_at, closed_at, acknowledged_by, acknowledged_at, note) ON alarms TO rokuon_app;

-- When the watch last looked at a tenant, whichever process it ran in.
CREATE TABLE watch_rounds (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- When.
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id)
);

ALTER TABLE watch_rounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE watch_rounds FORCE ROW LEVEL SECURITY;
CREATE POLICY watch_rounds_of_tenant ON watch_rounds
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (looked_at) ON watch_rounds TO rokuon_app;
