-- What is kept of a call, and where it stands between its first packet and its erasure.
CREATE TABLE recordings (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    recording_id uuid NOT NULL,
    -- Of which call.
    call_id uuid NOT NULL,
    -- 'call_audio', 'call_log' or 'camera'.
    media text NOT NULL,
    -- recording, sealing, primary, secondary, due, destroying, destroyed; aside: failed, quarantined.
    state text NOT NULL,
    -- When the call began: all retention counts from here.
    started_at timestamptz NOT NULL,
    -- The version of the policy it was made under.
    policy_version integer NOT NULL,
    -- Counts the writers that took it over; a write of an older epoch changes nothing.
    epoch bigint NOT NULL,
    -- The number of holds on it. Destruction commits by one UPDATE that asks for 0 here; never count rows elsewhere.
    active_holds integer NOT NULL DEFAULT 0,
    -- 'sealed', 'sealed_with_gaps', 'failed'; exactly one, once the call is over.
    outcome text,
    -- Why it failed.
    outcome_cause text,
    -- Length of its timeline.
    duration_ms bigint,
    -- Bit 0: left has audio, bit 1: right has audio.
    channels smallint NOT NULL DEFAULT 0,
    -- How many gaps are listed.
    gap_count integer NOT NULL DEFAULT 0,
    -- How much was lost: the sum of the gaps that are a loss.
    lost_ms bigint NOT NULL DEFAULT 0,
    -- The gaps: [{channel, start_sample, samples, cause}], samples of 8,000 Hz.
    gaps jsonb NOT NULL DEFAULT '[]',
    -- What is doubtful about it, as sentences: [{ja, en}].
    doubts jsonb NOT NULL DEFAULT '[]',
    -- SHA-256 of the manifest, once sealed.
    manifest_sha256 bytea,
    -- Expiry never destroys it before.
    keep_at_least_until timestamptz,
    -- It moves to the second tier then.
    secondary_from timestamptz,
    -- Not readable from then on, unless held. Empty: capacity decides.
    keep_until timestamptz,
    -- The article of the dates.
    retention_article text NOT NULL,
    -- The retention rule in one sentence, Japanese.
    retention_ja text NOT NULL,
    -- The retention rule in one sentence, English.
    retention_en text NOT NULL,
    -- When it was sealed (or given up).
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, recording_id),
    CONSTRAINT recordings_one_of_a_call UNIQUE (tenant_id, call_id),
    CONSTRAINT recordings_call FOREIGN KEY (tenant_id, call_id) REFERENCES calls,
    CONSTRAINT recordings_policy_version FOREIGN KEY (tenant_id, policy_version) REFERENCES policy_versions,
    CONSTRAINT recordings_media_known CHECK (media IN ('call_audio', 'call_log', 'camera')),
    CONSTRAINT recordings_state_known CHECK (state IN
        ('recording', 'sealing', 'primary', 'secondary', 'due', 'destroying', 'destroyed', 'failed', 'quarantined')),
    CONSTRAINT recordings_outcome_known CHECK (outcome IN ('sealed', 'sealed_with_gaps', 'failed')),
    -- Each call ends in exactly one of three ways.
    CONSTRAINT recordings_outcome_fits_state CHECK (CASE
        WHEN state IN ('recording', 'sealing') THEN outcome IS NULL
        WHEN state = 'failed' THEN outcome IS NOT NULL AND outcome = 'failed' AND outcome_cause IS NOT NULL
        ELSE outcome IS NOT NULL AND outcome <> 'failed' END),
    CONSTRAINT recordings_holds_not_negative CHECK (active_holds >= 0),
    CONSTRAINT recordings_held_not_destroyed CHECK (active_holds = 0 OR state NOT IN ('destroying', 'destroyed'))
);
-- What a restarted worker has to finish.
CREATE INDEX recordings_open ON recordings (tenant_id, started_at) WHERE state IN ('recording', 'sealing');
-- What the nightly sweep looks for.
CREATE INDEX recordings_by_end ON recordings (tenant_id, keep_until) WHERE state IN ('primary', 'secondary');

ALTER TABLE recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY recordings_of_tenant ON recordings
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE, UPDATE (state, policy_version, epoch, active_holds, outcome, outcome_cause, duration_ms, channels, gap_count, lost_ms, gaps,
    doubts, manifest_sha256, keep_at_least_until, secondary_from, keep_until, retention_article, retention_ja, retention_en, finished_at) ON recordings TO rokuon_app;
-- A row is removed only when its call turns out not to be recorded at all, before anything of it is sealed (a sealed
-- segment's foreign key forbids it as well). Everything else ends by destruction, which keeps the row.
CREATE POLICY recordings_removable ON recordings AS RESTRICTIVE FOR DELETE
    USING (state = 'recording' AND active_holds = 0);
