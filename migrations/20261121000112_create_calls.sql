-- The call log: what is known of each conversation that is kept. Searches run over this table.
CREATE TABLE calls (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    call_id uuid NOT NULL,
    -- Where it came from.
    connection_id uuid NOT NULL,
    -- Call-ID of the recording session (RFC 3261 section 8.1.1.4).
    sip_call_id text NOT NULL,
    -- When it began.
    started_at timestamptz NOT NULL,
    -- When it ended.
    ended_at timestamptz,
    -- How long it was, by the worker's steady clock.
    duration_ms bigint,
    -- 'inbound', 'outbound', 'internal'; empty while not known.
    direction text,
    -- The caller's digits, national form.
    caller_digits text COLLATE "C",
    -- The caller's name as signalled.
    caller_name text,
    -- The called party's digits.
    called_digits text COLLATE "C",
    -- The called party's name as signalled.
    called_name text,
    -- The line, when one is proved.
    line_key text COLLATE "C",
    -- The department the recording belongs to.
    department_id text COLLATE "C",
    -- Whether the line, and so the department, is certain.
    line_proved boolean NOT NULL,
    -- The rule that decided that the call is kept.
    decision_rule text NOT NULL,
    -- The article it stands on.
    decision_article text NOT NULL,
    -- The decision in one sentence, Japanese.
    decision_ja text NOT NULL,
    -- The decision in one sentence, English.
    decision_en text NOT NULL,
    -- Backwards, so that "ends in" is a range of an index.
    caller_reversed text COLLATE "C" GENERATED ALWAYS AS (reverse(caller_digits)) STORED,
    -- Backwards, likewise.
    called_reversed text COLLATE "C" GENERATED ALWAYS AS (reverse(called_digits)) STORED,
    -- Both numbers, for "somewhere in"; a blank between them matches no digit.
    both_digits text COLLATE "C" GENERATED ALWAYS AS (
        coalesce(caller_digits, '') || ' ' || coalesce(called_digits, '')
    ) STORED,
    PRIMARY KEY (tenant_id, call_id),
    CONSTRAINT calls_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT calls_line FOREIGN KEY (tenant_id, line_key) REFERENCES lines,
    CONSTRAINT calls_department FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
    CONSTRAINT calls_direction_known CHECK (direction IN ('inbound', 'outbound', 'internal')),
    CONSTRAINT calls_digits_are_digits CHECK (caller_digits ~ '^[0-9*#]{1,32}$' AND called_digits ~ '^[0-9*#]{1,32}$'),
    CONSTRAINT calls_duration_positive CHECK (duration_ms >= 0),
    CONSTRAINT calls_in_order CHECK (ended_at >= started_at)
);
-- Pages, newest first; what is included lets "somewhere in" be answered from the index alone, for a department too.
CREATE INDEX calls_newest ON calls (tenant_id, started_at DESC, call_id DESC) INCLUDE (both_digits, department_id, line_proved);
-- "Begins with" and "ends in". Under row-level security only leakproof comparisons reach an index: the searches say
-- >= and < on these columns, LIKE would not do.
CREATE INDEX calls_caller_digits ON calls (tenant_id, caller_digits, started_at DESC, call_id DESC);
CREATE INDEX calls_called_digits ON calls (tenant_id, called_digits, started_at DESC, call_id DESC);
CREATE INDEX calls_caller_reversed ON calls (tenant_id, caller_reversed, started_at DESC, call_id DESC);
CREATE INDEX calls_called_reversed ON calls (tenant_id, called_reversed, started_at DESC, call_id DESC);
CREATE INDEX calls_of_connection ON calls (tenant_id, connection_id, started_at);

ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls FORCE ROW LEVEL SECURITY;
CREATE POLICY calls_of_tenant ON calls
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, DELETE, UPDATE (ended_at, duration_ms, direction, caller_digits, caller_name, called_digits, called_name,
    line_key, department_id, line_proved, decision_rule, decision_article, decision_ja, decision_en) ON calls TO rokuon_app;
