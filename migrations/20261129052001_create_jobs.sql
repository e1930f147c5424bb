-- What the platform does by itself over a tenant's recordings: one row a kind of work, with its progress for the portal.
CREATE TABLE jobs (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    job_id uuid NOT NULL,
    -- What work, from the closed list in code.
    kind text COLLATE "C" NOT NULL,
    -- 'resting' until its next time, 'running', 'stopped' until a person releases it.
    state text NOT NULL,
    -- It is not begun before this.
    next_at timestamptz NOT NULL,
    -- When the last run began.
    begun_at timestamptz,
    -- When it ended; empty while it runs.
    ended_at timestamptz,
    -- How many recordings (or objects, by kind) the run has gone through.
    done bigint NOT NULL,
    -- How many there are, where that is known.
    total bigint,
    -- What the run found, by name: counts and octets.
    figures jsonb NOT NULL,
    -- Where a long run goes on after an interruption; empty when it begins anew.
    place text COLLATE "C",
    -- Why the last run failed; empty when it did not.
    last_error text,
    -- How often it failed in a row.
    failures integer NOT NULL,
    -- Who is at it: the id of one taking.
    lease_id uuid,
    -- Until when that is believed, by the database's clock. It spares double work; nothing relies on it.
    lease_until timestamptz,
    -- Who released it after it had stopped. No foreign key, as in the audit trail.
    released_by uuid,
    -- When.
    released_at timestamptz,
    -- For how many recordings of that civil day.
    released_up_to bigint,
    PRIMARY KEY (tenant_id, kind),
    CONSTRAINT jobs_id_once UNIQUE (tenant_id, job_id),
    CONSTRAINT jobs_state_known CHECK (state IN ('resting', 'running', 'stopped')),
    CONSTRAINT jobs_counts_not_negative CHECK (done >= 0 AND total >= 0 AND failures >= 0 AND released_up_to >= 0),
    CONSTRAINT jobs_lease_whole CHECK ((lease_id IS NULL) = (lease_until IS NULL))
);

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs_of_tenant ON jobs
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (state, next_at, begun_at, ended_at, done, total, figures, place, last_error, failures, lease_id,
    lease_until, released_by, released_at, released_up_to) ON jobs TO rokuon_app;

-- How many recordings became due and were destroyed on each civil day of Japan: what is usual, and what is left of them to count.
CREATE TABLE destruction_days (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The day.
    day date NOT NULL,
    -- Recordings that became due by their date or by capacity.
    became_due bigint NOT NULL,
    -- Recordings that were destroyed, each with its certificate.
    destroyed bigint NOT NULL,
    PRIMARY KEY (tenant_id, day),
    CONSTRAINT destruction_days_not_negative CHECK (became_due >= 0 AND destroyed >= 0)
);

ALTER TABLE destruction_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE destruction_days FORCE ROW LEVEL SECURITY;
CREATE POLICY destruction_days_of_tenant ON destruction_days
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (became_due, destroyed) ON destruction_days TO rokuon_app;
