-- The sealed pieces of a recording; each is one object in the store. Never changed.
CREATE TABLE segments (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Of which recording.
    recording_id uuid NOT NULL,
    -- Counts from 0 in the order of sealing.
    number integer NOT NULL,
    -- Its key in the media bucket.
    object_key text NOT NULL,
    -- The version of that object.
    version_id text NOT NULL,
    -- Length of the encrypted object.
    container_bytes bigint NOT NULL,
    -- SHA-256 of the encrypted object.
    container_sha256 bytea NOT NULL,
    -- Length of the media file inside.
    media_bytes bigint NOT NULL,
    -- SHA-256 of the media file inside.
    media_sha256 bytea NOT NULL,
    -- Where it begins on the recording's timeline, in samples of 8,000 Hz.
    start_sample bigint NOT NULL,
    -- How many samples it covers.
    samples bigint NOT NULL,
    -- The channels in it, in the order of the file.
    channels smallint[] NOT NULL,
    -- 'pcmu' or 'pcma'; later kinds add theirs.
    codec text NOT NULL,
    -- Its own gaps: [{channel, start_sample, samples, cause}], on the recording's timeline.
    gaps jsonb NOT NULL,
    -- When the object was verified and the row written.
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, recording_id, number),
    CONSTRAINT segments_recording FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings,
    CONSTRAINT segments_object_once UNIQUE (tenant_id, object_key, version_id),
    CONSTRAINT segments_sha256_length CHECK (octet_length(container_sha256) = 32 AND octet_length(media_sha256) = 32),
    CONSTRAINT segments_sizes_positive CHECK (
        number >= 0 AND container_bytes > 0 AND media_bytes > 0 AND start_sample >= 0 AND samples > 0)
);

ALTER TABLE segments ENABLE ROW LEVEL SECURITY;
ALTER TABLE segments FORCE ROW LEVEL SECURITY;
CREATE POLICY segments_of_tenant ON segments
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT ON segments TO rokuon_app;
