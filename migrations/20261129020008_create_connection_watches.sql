-- What a tenant expects of a connection: how long it may be silent, whether it announces, and a call that must come.
CREATE TABLE connection_watches (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Which connection.
    connection_id uuid NOT NULL,
    -- Silent for longer than so many minutes of operating hours is a gap; empty: what is usual for it.
    silent_after_minutes integer,
    -- Whether its exchange tells callers that they are recorded.
    announces boolean NOT NULL,
    -- Digits of the party whose call must come (the canary); empty: none.
    canary_digits text COLLATE "C",
    -- At least once in so many minutes of operating hours.
    canary_every_minutes integer,
    -- When the last canary call came.
    canary_at timestamptz,
    -- When somebody last said what is expected.
    set_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id),
    CONSTRAINT connection_watches_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT connection_watches_silence CHECK (silent_after_minutes BETWEEN 1 AND 10080),
    CONSTRAINT connection_watches_canary CHECK (
        (canary_digits IS NULL) = (canary_every_minutes IS NULL)
        AND canary_every_minutes BETWEEN 1 AND 10080 AND canary_digits ~ '^[0-9*#]{2,32}$')
);

ALTER TABLE connection_watches ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_watches FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_watches_of_tenant ON connection_watches
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (silent_after_minutes, announces, canary_digits, canary_every_minutes, canary_at, set_at) ON connection_watches TO rokuon_app;

ALTER TABLE calls
    -- A test call by which the connection proves itself: kept out of the usual lists.
    ADD COLUMN canary boolean NOT NULL DEFAULT false;

GRANT UPDATE (canary) ON calls TO rokuon_app;
