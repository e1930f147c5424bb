-- How a recording starts, and whether it takes sound at this moment.
ALTER TABLE recordings
    -- 'automatic': with the call. 'on_demand': when somebody starts it.
    ADD COLUMN start text NOT NULL DEFAULT 'automatic',
    -- 'waiting' for somebody to start it, 'running', 'paused', 'stopped'.
    ADD COLUMN capture text NOT NULL DEFAULT 'running',
    ADD CONSTRAINT recordings_start_known CHECK (start IN ('automatic', 'on_demand')),
    ADD CONSTRAINT recordings_capture_known CHECK (capture IN ('waiting', 'running', 'paused', 'stopped'));

GRANT UPDATE (capture) ON recordings TO rokuon_app;
