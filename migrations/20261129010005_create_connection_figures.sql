-- How a connection's calls were, as sums a day: the rows for each connection and day are as many as there are figures, a closed list in code.
CREATE TABLE connection_figures (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The civil day in Japan.
    day date NOT NULL,
    -- Of which connection.
    connection_id uuid NOT NULL,
    -- What is summed, such as 'packets_lost'.
    figure text COLLATE "C" NOT NULL,
    -- The sum.
    total bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, connection_id, figure),
    CONSTRAINT connection_figures_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT connection_figures_not_negative CHECK (total >= 0)
);

ALTER TABLE connection_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_figures_of_tenant ON connection_figures
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (total) ON connection_figures TO rokuon_app;
