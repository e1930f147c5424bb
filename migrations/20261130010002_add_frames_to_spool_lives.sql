-- What lies in the tails of a life of a spool.
ALTER TABLE spool_lives
    -- Nothing in its tails from first_file on was written before this, by the worker's clock. NULL: not everything was copied once, or an
    -- older version did not say it.
    ADD COLUMN frames_since timestamptz;
GRANT UPDATE (frames_since) ON spool_lives TO rokuon_app;
