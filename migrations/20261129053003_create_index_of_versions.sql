-- no-transaction
-- By which version what is kept is kept: whether an amended policy still has dates to compute.
CREATE INDEX CONCURRENTLY recordings_of_version ON recordings (tenant_id, policy_version)
    WHERE state IN ('primary', 'secondary', 'due', 'quarantined');
