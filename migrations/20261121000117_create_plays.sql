-- What was played under a use.
CREATE TABLE plays (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Under which use; one play a use.
    use_id uuid NOT NULL,
    -- When the first byte was about to be sent.
    started_at timestamptz NOT NULL,
    -- Bytes of the rendition handed out so far.
    served_bytes bigint NOT NULL DEFAULT 0,
    -- What was heard: [[from_seconds, to_seconds]], merged, in order.
    heard jsonb NOT NULL DEFAULT '[]',
    -- When the player said it was over.
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, use_id),
    CONSTRAINT plays_use FOREIGN KEY (tenant_id, use_id) REFERENCES uses
);

ALTER TABLE plays ENABLE ROW LEVEL SECURITY;
ALTER TABLE plays FORCE ROW LEVEL SECURITY;
CREATE POLICY plays_of_tenant ON plays
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (served_bytes, heard, ended_at) ON plays TO rokuon_app;
