-- no-transaction
-- What the sweep looks for, by end: nothing that is held, due or waiting for its erasure lies in its way.
CREATE INDEX CONCURRENTLY recordings_over ON recordings (tenant_id, keep_until)
    WHERE state IN ('primary', 'secondary') AND active_holds = 0 AND due_reason IS NULL;
