-- What workers lately saw of a connection, for the test page: a bounded number of rows for each, none older than a day.
CREATE TABLE connection_observations (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Of which connection.
    connection_id uuid NOT NULL,
    -- Its id: a UUIDv7, so that ids sort by time.
    observation_id uuid NOT NULL,
    -- When it was seen.
    observed_at timestamptz NOT NULL,
    -- What was seen, from a closed list in code, such as 'reached' or 'source_not_allowed'.
    event text COLLATE "C" NOT NULL,
    -- Where it came from; NULL where that says nothing.
    source inet,
    -- The SIP or HTTP status it was answered with or got; NULL when none.
    status_code integer,
    -- Words from closed or technical sets only (codecs, transport, stream number). Never a number, name or Call-ID.
    detail jsonb NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, observation_id),
    CONSTRAINT connection_observations_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT connection_observations_small CHECK (octet_length(detail::text) <= 1000)
);

ALTER TABLE connection_observations ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_observations FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_observations_of_tenant ON connection_observations
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE ON connection_observations TO rokuon_app;
