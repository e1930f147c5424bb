-- A destruction whose certificate waits for the recorders' spools: when everything on its list was erased. Both NULL until then.
ALTER TABLE destruction_lists
    -- When the last version of its key was erased.
    ADD COLUMN keys_erased_at timestamptz,
    -- When the last version of its media was erased.
    ADD COLUMN media_erased_at timestamptz;
GRANT UPDATE (keys_erased_at, media_erased_at) ON destruction_lists TO rokuon_app;
