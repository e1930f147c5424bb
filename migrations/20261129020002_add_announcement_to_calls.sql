-- Whether the other party was told that the call is recorded, and who says so.
ALTER TABLE calls
    -- 'told_beforehand', 'public_notice', 'exception', or 'not_noted'.
    ADD COLUMN announcement text NOT NULL DEFAULT 'not_noted',
    -- Who says so: 'nobody', the 'policy' (public notice is enough), the 'line' (it announces), the 'connection', or a 'person'.
    ADD COLUMN announcement_by text NOT NULL DEFAULT 'nobody',
    -- Key of the policy's exception that was used.
    ADD COLUMN announcement_exception text COLLATE "C",
    -- The person who noted it. No foreign key: as in the audit trail, it outlives the person's row.
    ADD COLUMN announcement_person uuid,
    -- When the person noted it.
    ADD COLUMN announcement_at timestamptz,
    ADD CONSTRAINT calls_announcement_known CHECK (announcement IN ('told_beforehand', 'public_notice', 'exception', 'not_noted')),
    ADD CONSTRAINT calls_announcement_by_known CHECK (announcement_by IN ('nobody', 'policy', 'line', 'connection', 'person')),
    ADD CONSTRAINT calls_announcement_exception_named CHECK ((announcement = 'exception') = (announcement_exception IS NOT NULL)),
    ADD CONSTRAINT calls_announcement_person_named CHECK (
        (announcement_by = 'person') = (announcement_person IS NOT NULL)
        AND (announcement_person IS NULL) = (announcement_at IS NULL));

GRANT UPDATE (announcement, announcement_by, announcement_exception, announcement_person, announcement_at) ON calls TO rokuon_app;
