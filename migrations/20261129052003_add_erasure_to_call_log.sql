-- The call log has its own period. What is erased of a call: numbers, names, the exchange's id, the line. What stays is that there
-- was a call, when and of which department: counts.
ALTER TABLE calls
    -- When its log was erased; it is found by no search from then on.
    ADD COLUMN log_erased_at timestamptz;
GRANT UPDATE (log_erased_at, sip_call_id) ON calls TO rokuon_app;
-- What the erasure of logs looks for.
CREATE INDEX calls_log_to_erase ON calls (tenant_id, started_at) WHERE log_erased_at IS NULL;
-- Exchanges' own records whose numbers are still there.
CREATE INDEX expected_calls_log_to_erase ON expected_calls (tenant_id, started_at)
    WHERE caller_digits IS NOT NULL OR called_digits IS NOT NULL;
