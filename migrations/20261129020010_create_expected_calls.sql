-- Calls that an exchange says there were (CDRs), and what was found of each.
CREATE TABLE expected_call_files (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    file_id uuid NOT NULL,
    -- SHA-256 of the octets: the same file again is recognised.
    sha256 bytea NOT NULL,
    -- Its name as uploaded.
    name text NOT NULL,
    -- 'utf-8' or 'shift_jis'.
    encoding text NOT NULL,
    -- Data lines in it.
    lines integer NOT NULL,
    -- Lines that were new calls.
    added integer NOT NULL,
    -- Lines kept out: [{line, field, ja, en}], no content of them.
    bad_lines jsonb NOT NULL,
    -- Who uploaded it. No foreign key, as in the audit trail.
    person_id uuid NOT NULL,
    -- When.
    uploaded_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, file_id),
    CONSTRAINT expected_call_files_once UNIQUE (tenant_id, sha256),
    CONSTRAINT expected_call_files_digest CHECK (octet_length(sha256) = 32)
);

ALTER TABLE expected_call_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE expected_call_files FORCE ROW LEVEL SECURITY;
CREATE POLICY expected_call_files_of_tenant ON expected_call_files
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (added) ON expected_call_files TO rokuon_app;

CREATE TABLE expected_calls (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Made of the line's own facts: the same call in another file is the same row.
    expected_id uuid NOT NULL,
    -- The file that first brought it.
    file_id uuid NOT NULL,
    -- When the exchange says it began.
    started_at timestamptz NOT NULL,
    -- How long it was, in seconds; empty when the exchange does not say.
    duration_seconds integer,
    -- The caller's digits; deleted on the call log's schedule.
    caller_digits text COLLATE "C",
    -- The called party's digits; deleted likewise.
    called_digits text COLLATE "C",
    -- 'inbound', 'outbound', 'internal'; empty when the exchange does not say.
    direction text,
    -- 'waiting' to be compared, 'recorded', 'not_due' by the policy, 'missing' with a cause, or 'unexplained'.
    verdict text NOT NULL,
    -- Why it is missing or not due, from the closed list in code.
    cause text COLLATE "C",
    -- The article, where a rule is the cause.
    article text,
    -- The call it was found to be.
    call_id uuid,
    -- When it was last compared.
    compared_at timestamptz,
    PRIMARY KEY (tenant_id, expected_id),
    CONSTRAINT expected_calls_file FOREIGN KEY (tenant_id, file_id) REFERENCES expected_call_files,
    CONSTRAINT expected_calls_verdict_known CHECK (verdict IN ('waiting', 'recorded', 'not_due', 'missing', 'unexplained')),
    CONSTRAINT expected_calls_duration CHECK (duration_seconds >= 0)
);
CREATE INDEX expected_calls_by_time ON expected_calls (tenant_id, started_at);
CREATE INDEX expected_calls_open ON expected_calls (tenant_id, started_at) WHERE verdict IN ('waiting', 'missing', 'unexplained');
-- A call answers for one expected call only.
CREATE UNIQUE INDEX expected_calls_one_call ON expected_calls (tenant_id, call_id) WHERE call_id IS NOT NULL;

ALTER TABLE expected_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE expected_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY expected_calls_of_tenant ON expected_calls
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (caller_digits, called_digits, verdict, cause, article, call_id, compared_at) ON expected_calls TO rokuon_app;
