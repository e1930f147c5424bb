-- The lives of the media workers and what went wrong in them. The platform's own rows, of no tenant: no call, number or
-- name is in them, and every tenant may know when nothing could be recorded.
CREATE TABLE worker_runs (
    -- One life of a worker's process.
    run_id uuid NOT NULL,
    -- Which worker: it keeps its name over its lives.
    worker_id uuid NOT NULL,
    -- The program's version.
    software_version text NOT NULL,
    -- When this life began.
    started_at timestamptz NOT NULL,
    -- When it last said that it lives. Everything between start and this is proved: it is the same process.
    last_beat_at timestamptz NOT NULL,
    -- When it stopped in order; empty while it runs, and for ever if it was killed.
    stopped_at timestamptz,
    -- Calls being recorded at the last beat.
    live_calls bigint NOT NULL,
    -- Octets in its spool at the last beat.
    spool_used_bytes bigint NOT NULL,
    -- Octets its spool could still take.
    spool_free_bytes bigint NOT NULL,
    -- Recordings that waited to be sealed.
    to_seal bigint NOT NULL,
    PRIMARY KEY (run_id),
    CONSTRAINT worker_runs_in_order CHECK (last_beat_at >= started_at)
);
CREATE INDEX worker_runs_newest ON worker_runs (last_beat_at);

CREATE TABLE worker_troubles (
    -- In which life of a worker.
    run_id uuid NOT NULL REFERENCES worker_runs,
    -- 'spool_full', 'keys_away', 'database_away', 'sealing_behind'.
    kind text NOT NULL,
    -- When it began.
    began_at timestamptz NOT NULL,
    -- When it was over; empty while it lasts.
    ended_at timestamptz,
    PRIMARY KEY (run_id, kind, began_at),
    CONSTRAINT worker_troubles_kind_known CHECK (kind IN ('spool_full', 'keys_away', 'database_away', 'sealing_behind')),
    CONSTRAINT worker_troubles_in_order CHECK (ended_at >= began_at)
);
CREATE INDEX worker_troubles_newest ON worker_troubles (began_at);

GRANT SELECT, INSERT, UPDATE (last_beat_at, stopped_at, live_calls, spool_used_bytes, spool_free_bytes, to_seal) ON worker_runs TO rokuon_app;
GRANT SELECT, INSERT, UPDATE (ended_at) ON worker_troubles TO rokuon_app;
