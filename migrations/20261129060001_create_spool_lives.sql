-- What a life of a worker's spool copied to the store, and who seals it when the worker is lost. The platform's own, of no tenant.
CREATE TABLE spool_lives (
    -- One life of a spool: what was copied under one name. Another one begins when this was taken over.
    life_id uuid NOT NULL,
    -- Of which life of a worker's process.
    run_id uuid NOT NULL REFERENCES worker_runs,
    -- Which worker: it keeps its name, and its spool, over its lives.
    worker_id uuid NOT NULL,
    -- When it was last heard, by this database's clock and nobody else's.
    heard_at timestamptz NOT NULL,
    -- Whether all of the journal was copied once.
    copied boolean NOT NULL,
    -- The first journal file that is still needed, as of the last time everything was copied: older tails tell nothing.
    first_file bigint NOT NULL,
    -- Whether nothing was left to be sealed then.
    empty boolean NOT NULL,
    -- Whether the process stopped in order.
    stopped boolean NOT NULL,
    -- The life that took it over; from then on this one is not heard any more.
    taken_by uuid,
    -- When.
    taken_at timestamptz,
    -- Counts those who took it over; an older one settles nothing.
    epoch bigint NOT NULL DEFAULT 0,
    -- When everything in it was sealed.
    settled_at timestamptz,
    PRIMARY KEY (life_id),
    CONSTRAINT spool_lives_taken_says_when CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CONSTRAINT spool_lives_settled_by_somebody CHECK (settled_at IS NULL OR taken_by IS NOT NULL)
);
CREATE INDEX spool_lives_open ON spool_lives (heard_at) WHERE settled_at IS NULL;

GRANT SELECT, INSERT, UPDATE (heard_at, copied, first_file, empty, stopped, taken_by, taken_at, epoch, settled_at) ON spool_lives TO rokuon_app;
