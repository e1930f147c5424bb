-- Preservation holds (保全): while one of them rests on a recording, nothing destroys it.
CREATE TABLE holds (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    hold_id uuid NOT NULL,
    -- 'person': somebody placed it; 'request': it opens and closes by itself with a request.
    origin text NOT NULL,
    -- With which kind of request: 'erasure' and those to come.
    request_kind text,
    -- With which request.
    request_id uuid,
    -- The ground's key in the rules it was placed under.
    ground text NOT NULL,
    -- The article of that ground.
    ground_article text NOT NULL,
    -- The ground's name then, Japanese.
    ground_ja text NOT NULL,
    -- The ground's name then, English.
    ground_en text NOT NULL,
    -- Why, in the words of who placed it.
    reason text NOT NULL,
    -- On whose word: the authority and its document, in the words of who placed it.
    authority text NOT NULL,
    -- The version of the policy it was placed under.
    policy_version integer NOT NULL,
    -- Who placed it. No foreign key, as in the audit trail.
    placed_by uuid NOT NULL,
    -- When.
    placed_at timestamptz NOT NULL,
    -- On how many recordings.
    recording_count integer NOT NULL,
    -- The civil day of Japan on which somebody looks whether it is still needed. It ends nothing.
    review_on date,
    -- Who kept it on last.
    extended_by uuid,
    -- When.
    extended_at timestamptz,
    -- Why.
    extension_reason text,
    -- Who asked for its release.
    release_asked_by uuid,
    -- When.
    release_asked_at timestamptz,
    -- Why it is not needed any more.
    release_reason text,
    -- Who released it.
    released_by uuid,
    -- When.
    released_at timestamptz,
    -- Why, in their words; empty where it closed with its request.
    released_reason text,
    -- SHA-256 of who placed it and the key by which a repeated request is known.
    repeat_key bytea,
    -- SHA-256 of what was asked with that key.
    repeat_sha256 bytea,
    PRIMARY KEY (tenant_id, hold_id),
    CONSTRAINT holds_repeat_key_once UNIQUE (tenant_id, repeat_key),
    CONSTRAINT holds_policy_version FOREIGN KEY (tenant_id, policy_version) REFERENCES policy_versions,
    CONSTRAINT holds_origin_known CHECK (origin IN ('person', 'request')),
    CONSTRAINT holds_request_named CHECK ((origin = 'request') = (request_kind IS NOT NULL AND request_id IS NOT NULL)),
    CONSTRAINT holds_of_something CHECK (recording_count > 0),
    CONSTRAINT holds_extended_whole CHECK ((extended_by IS NULL) = (extended_at IS NULL)
        AND (extended_by IS NULL) = (extension_reason IS NULL)),
    CONSTRAINT holds_asked_whole CHECK ((release_asked_by IS NULL) = (release_asked_at IS NULL)
        AND (release_asked_by IS NULL) = (release_reason IS NULL)),
    CONSTRAINT holds_released_whole CHECK ((released_by IS NULL) = (released_at IS NULL)),
    CONSTRAINT holds_released_for_a_reason CHECK (released_at IS NULL OR origin = 'request' OR released_reason IS NOT NULL),
    CONSTRAINT holds_repeat_whole CHECK ((repeat_key IS NULL) = (repeat_sha256 IS NULL))
);
CREATE INDEX holds_by_time ON holds (tenant_id, placed_at DESC, hold_id DESC);
CREATE INDEX holds_to_review ON holds (tenant_id, review_on) WHERE released_at IS NULL AND review_on IS NOT NULL;
CREATE INDEX holds_of_request ON holds (tenant_id, request_id) WHERE origin = 'request';

ALTER TABLE holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE holds FORCE ROW LEVEL SECURITY;
CREATE POLICY holds_of_tenant ON holds
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (review_on, extended_by, extended_at, extension_reason, release_asked_by, release_asked_at,
    release_reason, released_by, released_at, released_reason) ON holds TO rokuon_app;

-- On which recordings a hold rests. The counter on the recording's row is the promise; this is what it counts.
CREATE TABLE hold_recordings (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Which hold.
    hold_id uuid NOT NULL,
    -- On which recording.
    recording_id uuid NOT NULL,
    -- When it was released; empty while it rests.
    released_at timestamptz,
    PRIMARY KEY (tenant_id, hold_id, recording_id),
    CONSTRAINT hold_recordings_hold FOREIGN KEY (tenant_id, hold_id) REFERENCES holds,
    CONSTRAINT hold_recordings_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings
);
CREATE INDEX hold_recordings_of_recording ON hold_recordings (tenant_id, recording_id, released_at);

ALTER TABLE hold_recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE hold_recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY hold_recordings_of_tenant ON hold_recordings
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (released_at) ON hold_recordings TO rokuon_app;
