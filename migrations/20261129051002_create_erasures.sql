-- Erasures (消去の申出): somebody asks that recordings be erased before their period is over, another person decides.
CREATE TABLE erasures (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    erasure_id uuid NOT NULL,
    -- 'asked', 'approved', 'refused', 'withdrawn'.
    state text NOT NULL,
    -- Who wants it, in the words of who entered it.
    requester text NOT NULL,
    -- How it was made sure who that is.
    identity text NOT NULL,
    -- The key of the application of the rules it is; empty where it rests on a law alone.
    application text,
    -- The law it rests on, in the words of who entered it; empty where the application says it.
    law text,
    -- Why.
    reason text NOT NULL,
    -- The civil day of Japan on which it was asked for outside.
    applied_on date NOT NULL,
    -- The version of the policy it was entered under.
    policy_version integer NOT NULL,
    -- Who entered it. No foreign key, as in the audit trail.
    asked_by uuid NOT NULL,
    -- When.
    asked_at timestamptz NOT NULL,
    -- How many recordings.
    recording_count integer NOT NULL,
    -- Who decided it or took it back.
    decided_by uuid,
    -- When.
    decided_at timestamptz,
    -- In their words.
    decision_reason text,
    -- The article of the decision.
    decision_article text,
    -- The decision in one sentence, Japanese.
    decision_ja text,
    -- The decision in one sentence, English.
    decision_en text,
    -- The hold that came with it is released then: at once, or after a refusal once no appeal is left. Empty while undecided.
    lets_go_at timestamptz,
    -- SHA-256 of who entered it and the key by which a repeated request is known.
    repeat_key bytea,
    -- SHA-256 of what was asked with that key.
    repeat_sha256 bytea,
    PRIMARY KEY (tenant_id, erasure_id),
    CONSTRAINT erasures_repeat_key_once UNIQUE (tenant_id, repeat_key),
    CONSTRAINT erasures_policy_version FOREIGN KEY (tenant_id, policy_version) REFERENCES policy_versions,
    CONSTRAINT erasures_state_known CHECK (state IN ('asked', 'approved', 'refused', 'withdrawn')),
    CONSTRAINT erasures_of_something CHECK (recording_count > 0),
    CONSTRAINT erasures_decided CHECK ((state = 'asked') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)
        AND (decided_at IS NULL) = (decision_article IS NULL) AND (decided_at IS NULL) = (lets_go_at IS NULL)),
    CONSTRAINT erasures_rest_on_something CHECK ((application IS NULL) <> (law IS NULL)),
    -- Two persons.
    CONSTRAINT erasures_approved_by_another CHECK (state NOT IN ('approved', 'refused') OR decided_by <> asked_by),
    CONSTRAINT erasures_repeat_whole CHECK ((repeat_key IS NULL) = (repeat_sha256 IS NULL))
);
CREATE INDEX erasures_by_time ON erasures (tenant_id, asked_at DESC, erasure_id DESC);
CREATE INDEX erasures_to_let_go ON erasures (tenant_id, lets_go_at) WHERE state = 'refused';

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY erasures_of_tenant ON erasures
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, decision_reason, decision_article, decision_ja, decision_en,
    lets_go_at) ON erasures TO rokuon_app;

-- Which recordings it is about, and how far each is.
CREATE TABLE erasure_recordings (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Which erasure.
    erasure_id uuid NOT NULL,
    -- Which recording.
    recording_id uuid NOT NULL,
    -- 'asked'; 'waiting': approved, and other holds rest on it; 'due': its destruction was ordered by this; 'closed': not erased by this.
    state text NOT NULL,
    -- When it became due.
    due_at timestamptz,
    PRIMARY KEY (tenant_id, erasure_id, recording_id),
    CONSTRAINT erasure_recordings_erasure FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasures,
    CONSTRAINT erasure_recordings_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings,
    CONSTRAINT erasure_recordings_state_known CHECK (state IN ('asked', 'waiting', 'due', 'closed')),
    CONSTRAINT erasure_recordings_due CHECK ((state = 'due') = (due_at IS NOT NULL))
);
CREATE INDEX erasure_recordings_of_recording ON erasure_recordings (tenant_id, recording_id);
CREATE INDEX erasure_recordings_waiting ON erasure_recordings (tenant_id, recording_id) WHERE state = 'waiting';

ALTER TABLE erasure_recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY erasure_recordings_of_tenant ON erasure_recordings
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (state, due_at) ON erasure_recordings TO rokuon_app;
