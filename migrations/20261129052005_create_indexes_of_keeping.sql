-- Short lists beside the large ones: what an approved erasure waits for, and what did not pass its check.
CREATE INDEX recordings_erasure_waiting ON recordings (tenant_id)
    WHERE due_reason = 'erasure' AND state IN ('primary', 'secondary', 'quarantined');
CREATE INDEX recordings_quarantined ON recordings (tenant_id, keep_until) WHERE state = 'quarantined';
-- What is kept, in the order in which a store lists it: for comparing both ways, and for dates by an amended policy.
CREATE INDEX recordings_kept ON recordings (tenant_id, recording_id)
    WHERE state IN ('primary', 'secondary', 'due', 'quarantined');
