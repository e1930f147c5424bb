-- The tenant's own part of its operating calendar: weekly hours where the policy sets none, and days that differ.
CREATE TABLE operating_hours (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Weekly hours: [{days: ["mon", …], from: "08:30", until: "17:15"}], Japan's time; "00:00" as the end is midnight.
    hours jsonb NOT NULL,
    -- Whether national holidays are closed.
    holidays_closed boolean NOT NULL,
    -- When they were last set.
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id)
);

ALTER TABLE operating_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE operating_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY operating_hours_of_tenant ON operating_hours
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (hours, holidays_closed, changed_at) ON operating_hours TO rokuon_app;

CREATE TABLE special_days (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The civil day in Japan.
    day date NOT NULL,
    -- Whether it is open at all.
    open boolean NOT NULL,
    -- From when; empty when closed.
    from_time time,
    -- Until when; 00:00 is the end of the day; empty when closed.
    until_time time,
    -- Why it differs, in the tenant's words.
    note text NOT NULL,
    -- Whether it counts: a day that was taken back stays, as people looked at reports made with it.
    listed boolean NOT NULL,
    PRIMARY KEY (tenant_id, day),
    CONSTRAINT special_days_hours_if_open CHECK (open = (from_time IS NOT NULL) AND open = (until_time IS NOT NULL))
);

ALTER TABLE special_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE special_days FORCE ROW LEVEL SECURITY;
CREATE POLICY special_days_of_tenant ON special_days
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (open, from_time, until_time, note, listed) ON special_days TO rokuon_app;
