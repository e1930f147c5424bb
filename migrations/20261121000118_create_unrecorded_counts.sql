-- Calls that were answered and not kept, as numbers only.
CREATE TABLE unrecorded_counts (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The civil day in Japan.
    day date NOT NULL,
    -- Where they came from.
    connection_id uuid NOT NULL,
    -- Why: the rule that decided, such as 'line_not_listed'.
    reason text COLLATE "C" NOT NULL,
    -- The article it stands on; empty when no article is the reason.
    article text NOT NULL,
    -- How many.
    count bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, connection_id, reason, article),
    CONSTRAINT unrecorded_counts_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT unrecorded_counts_positive CHECK (count > 0)
);

ALTER TABLE unrecorded_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE unrecorded_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY unrecorded_counts_of_tenant ON unrecorded_counts
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (count) ON unrecorded_counts TO rokuon_app;
