-- What a worker says of the journal files of its spool: a certificate of destruction says that none holds the recording any more.
ALTER TABLE worker_runs
    -- Nothing in the spool was written before this, by the worker's clock. NULL: it is not known, or an older version did not say it.
    ADD COLUMN frames_since timestamptz,
    -- Whether no journal file was on its disk at all.
    ADD COLUMN frames_gone boolean NOT NULL DEFAULT false;
GRANT UPDATE (frames_since, frames_gone) ON worker_runs TO rokuon_app;
