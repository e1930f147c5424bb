-- The audit trail: who did, saw or was refused what, by which article. Only ever added to.

-- The next place in each tenant's trail. Its row is locked by whoever appends, until commit: places are dense.
CREATE TABLE audit_heads (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- The place the next event takes; the first is 0.
    next_seq bigint NOT NULL,
    PRIMARY KEY (tenant_id)
);

ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_heads_of_tenant ON audit_heads
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (next_seq) ON audit_heads TO rokuon_app;

CREATE TABLE audit_events (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Place in the tenant's trail.
    seq bigint NOT NULL,
    -- Its id; a repeated write of the same event is recognised by it.
    event_id uuid NOT NULL,
    -- When.
    at timestamptz NOT NULL,
    -- What, as a dotted name such as 'play.start'.
    kind text COLLATE "C" NOT NULL,
    -- Which person; empty when the platform itself acted. No foreign key: the trail outlives people.
    actor_person_id uuid,
    -- On what kind of thing.
    object_kind text COLLATE "C",
    -- On which one.
    object_id text COLLATE "C",
    -- 'done' or 'refused'.
    outcome text NOT NULL,
    -- The article that allowed or refused.
    article text,
    -- The whole event as canonical JSON (RFC 8785). Persons stand in it by id only.
    body text NOT NULL,
    -- 32 random bytes: without them the leaf tells nothing of the body.
    salt bytea NOT NULL,
    -- SHA-256(salt || body).
    leaf_hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, seq),
    CONSTRAINT audit_events_once UNIQUE (tenant_id, event_id),
    CONSTRAINT audit_events_outcome_known CHECK (outcome IN ('done', 'refused')),
    CONSTRAINT audit_events_lengths CHECK (octet_length(salt) = 32 AND octet_length(leaf_hash) = 32)
);
CREATE INDEX audit_events_newest ON audit_events (tenant_id, at DESC, seq DESC);
CREATE INDEX audit_events_of_object ON audit_events (tenant_id, object_kind, object_id, at DESC, seq DESC);
CREATE INDEX audit_events_of_actor ON audit_events (tenant_id, actor_person_id, at DESC, seq DESC);

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_events_of_tenant ON audit_events
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT ON audit_events TO rokuon_app;
