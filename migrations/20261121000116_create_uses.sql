-- Stated, permitted purposes: each opens one recording to one person's session for a short time.
CREATE TABLE uses (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    use_id uuid NOT NULL,
    -- Which recording.
    recording_id uuid NOT NULL,
    -- To whom.
    person_id uuid NOT NULL,
    -- In which session.
    session_id uuid NOT NULL,
    -- The purpose's key in the policy.
    purpose text COLLATE "C" NOT NULL,
    -- The case it is for, where the purpose asks.
    case_note text,
    -- The article that permits it.
    article text NOT NULL,
    -- The decision in one sentence, Japanese.
    sentence_ja text NOT NULL,
    -- The decision in one sentence, English.
    sentence_en text NOT NULL,
    -- When it was granted.
    granted_at timestamptz NOT NULL,
    -- It ends then.
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, use_id),
    CONSTRAINT uses_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings,
    CONSTRAINT uses_person FOREIGN KEY (tenant_id, person_id) REFERENCES people,
    CONSTRAINT uses_session FOREIGN KEY (tenant_id, session_id) REFERENCES sessions
);
CREATE INDEX uses_of_recording ON uses (tenant_id, recording_id, granted_at);

ALTER TABLE uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE uses FORCE ROW LEVEL SECURITY;
CREATE POLICY uses_of_tenant ON uses
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT ON uses TO rokuon_app;
