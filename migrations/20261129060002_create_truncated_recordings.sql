-- Recordings whose host was lost before they ended: sealed by another worker, as far as their tails reached.
CREATE TABLE truncated_recordings (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Which recording.
    recording_id uuid NOT NULL,
    -- The life of a spool it was lost with.
    life_id uuid NOT NULL,
    -- When it was sealed without its end.
    truncated_at timestamptz NOT NULL,
    -- When its own worker came back and sealed all of it; empty while its end is missing.
    completed_at timestamptz,
    PRIMARY KEY (tenant_id, recording_id),
    CONSTRAINT truncated_recordings_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings
);
ALTER TABLE truncated_recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE truncated_recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY truncated_recordings_of_tenant ON truncated_recordings
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (completed_at) ON truncated_recordings TO rokuon_app;

-- Pieces are written once and stay; only those of a recording that lacks its end give way, to pieces that hold all of it.
GRANT DELETE ON segments TO rokuon_app;
CREATE POLICY segments_removable ON segments AS RESTRICTIVE FOR DELETE
    USING (EXISTS (
        SELECT
        FROM truncated_recordings t
        WHERE t.tenant_id = segments.tenant_id AND t.recording_id = segments.recording_id AND t.completed_at IS NULL));
