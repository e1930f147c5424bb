-- How recording of a line's calls starts, and whether its callers are told by an announcement.
ALTER TABLE lines
    -- 'automatic': with the call. 'on_demand': when somebody starts it (only where the tenant's policy knows such recording).
    ADD COLUMN start text NOT NULL DEFAULT 'automatic',
    -- Whether callers hear an announcement before they are put through.
    ADD COLUMN announces boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT lines_start_known CHECK (start IN ('automatic', 'on_demand'));

GRANT UPDATE (start, announces) ON lines TO rokuon_app;
