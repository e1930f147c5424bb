-- What coverage is measured by: when each connection was heard, and when calls were turned away.
CREATE TABLE connection_hours (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Which connection.
    connection_id uuid NOT NULL,
    -- The hour it is about, at its beginning.
    hour timestamptz NOT NULL,
    -- Bit n: something (a call, OPTIONS) was heard in minute n of the hour.
    minutes bigint NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, hour),
    CONSTRAINT connection_hours_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections
);
CREATE INDEX connection_hours_by_time ON connection_hours (tenant_id, hour);

ALTER TABLE connection_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_hours_of_tenant ON connection_hours
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (minutes) ON connection_hours TO rokuon_app;

CREATE TABLE untaken_minutes (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The minute, at its beginning.
    minute timestamptz NOT NULL,
    -- By which connection the calls came.
    connection_id uuid NOT NULL,
    -- Why nothing of them is kept: 'refused_…', or 'on_demand_not_started'.
    reason text COLLATE "C" NOT NULL,
    -- How many calls.
    count bigint NOT NULL,
    PRIMARY KEY (tenant_id, minute, connection_id, reason),
    CONSTRAINT untaken_minutes_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT untaken_minutes_positive CHECK (count > 0)
);

ALTER TABLE untaken_minutes ENABLE ROW LEVEL SECURITY;
ALTER TABLE untaken_minutes FORCE ROW LEVEL SECURITY;
CREATE POLICY untaken_minutes_of_tenant ON untaken_minutes
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (count) ON untaken_minutes TO rokuon_app;
