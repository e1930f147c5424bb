-- no-transaction
-- Pages of the usual lists, which leave test calls out; what is included lets "somewhere in" be answered from the index alone.
CREATE INDEX CONCURRENTLY calls_shown ON calls (tenant_id, started_at DESC, call_id DESC) INCLUDE (both_digits, department_id, line_proved)
    WHERE NOT canary;
