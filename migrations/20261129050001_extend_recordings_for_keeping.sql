-- What a recording's keeping and destruction need on its row.
ALTER TABLE recordings
    -- After the last hold was released it is not destroyed before this: time to notice a mistake.
    ADD COLUMN hold_grace_until timestamptz,
    -- Since when it waits for destruction.
    ADD COLUMN due_at timestamptz,
    -- Why: its period is over, its erasure was approved, or the store is full.
    ADD COLUMN due_reason text,
    -- The article of that reason.
    ADD COLUMN due_article text,
    -- When destruction was committed: the point of no return.
    ADD COLUMN destroying_at timestamptz,
    -- When the last of it was seen to be gone.
    ADD COLUMN destroyed_at timestamptz,
    -- Where its sealed media lies.
    ADD COLUMN tier text NOT NULL DEFAULT 'primary',
    -- When it was moved to the second tier.
    ADD COLUMN tier_moved_at timestamptz,
    -- The store's own legal hold on all its versions: 'off', 'wanted', 'on', 'unwanted'.
    ADD COLUMN object_holds text NOT NULL DEFAULT 'off',
    -- When its objects were last read and hashed again.
    ADD COLUMN scrubbed_at timestamptz,
    -- What that found: 'sound', 'repaired', or what is wrong in one word.
    ADD COLUMN scrub_result text,
    ADD CONSTRAINT recordings_due_reason_known CHECK (due_reason IN ('expired', 'erasure', 'capacity')),
    ADD CONSTRAINT recordings_due_says_why CHECK (state NOT IN ('due', 'destroying', 'destroyed')
        OR (due_at IS NOT NULL AND due_reason IS NOT NULL AND due_article IS NOT NULL)),
    ADD CONSTRAINT recordings_destroying_says_when CHECK (state NOT IN ('destroying', 'destroyed') OR destroying_at IS NOT NULL),
    ADD CONSTRAINT recordings_destroyed_says_when CHECK (state <> 'destroyed' OR destroyed_at IS NOT NULL),
    ADD CONSTRAINT recordings_tier_known CHECK (tier IN ('primary', 'secondary')),
    ADD CONSTRAINT recordings_object_holds_known CHECK (object_holds IN ('off', 'wanted', 'on', 'unwanted'));
GRANT UPDATE (hold_grace_until, due_at, due_reason, due_article, destroying_at, destroyed_at, tier, tier_moved_at, object_holds,
    scrubbed_at, scrub_result) ON recordings TO rokuon_app;

-- What the jobs look for, each a short list however many rows there are.
CREATE INDEX recordings_to_move ON recordings (tenant_id, secondary_from) WHERE state = 'primary' AND secondary_from IS NOT NULL;
CREATE INDEX recordings_due ON recordings (tenant_id, due_at) WHERE state = 'due';
CREATE INDEX recordings_destroying ON recordings (tenant_id, destroying_at) WHERE state = 'destroying';
CREATE INDEX recordings_oldest ON recordings (tenant_id, started_at) WHERE state IN ('primary', 'secondary') AND active_holds = 0;
CREATE INDEX recordings_held ON recordings (tenant_id, recording_id) WHERE active_holds > 0;
CREATE INDEX recordings_object_holds_to_set ON recordings (tenant_id, recording_id) WHERE object_holds IN ('wanted', 'unwanted');
CREATE INDEX recordings_to_scrub ON recordings (tenant_id, scrubbed_at NULLS FIRST) WHERE state IN ('primary', 'secondary');

-- In which bucket a segment's object lies; the tier move switches it once the copy is verified.
ALTER TABLE segments
    ADD COLUMN bucket text NOT NULL DEFAULT 'media',
    ADD CONSTRAINT segments_bucket_known CHECK (bucket IN ('media', 'secondary'));
GRANT UPDATE (bucket, version_id) ON segments TO rokuon_app;
