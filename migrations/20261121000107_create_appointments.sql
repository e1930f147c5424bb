-- The posts (職) people hold, from-until.
CREATE TABLE appointments (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    appointment_id uuid NOT NULL,
    -- Who holds the post.
    person_id uuid NOT NULL,
    -- The post's key in the policy.
    post text COLLATE "C" NOT NULL,
    -- The department, for posts of a department.
    department_id text COLLATE "C",
    -- First instant it holds.
    valid_from timestamptz NOT NULL,
    -- First instant it no longer holds.
    valid_until timestamptz,
    -- The civil day of the recorded training, where the post asks for one.
    trained_on date,
    -- Who appointed; empty for the first ones, which come with the tenant.
    appointed_by uuid,
    PRIMARY KEY (tenant_id, appointment_id),
    CONSTRAINT appointments_person FOREIGN KEY (tenant_id, person_id) REFERENCES people,
    CONSTRAINT appointments_appointed_by FOREIGN KEY (tenant_id, appointed_by) REFERENCES people,
    CONSTRAINT appointments_department FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
    CONSTRAINT appointments_in_order CHECK (valid_until IS NULL OR valid_until >= valid_from)
);
CREATE INDEX appointments_by_person ON appointments (tenant_id, person_id);

ALTER TABLE appointments ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments FORCE ROW LEVEL SECURITY;
CREATE POLICY appointments_of_tenant ON appointments
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (valid_until) ON appointments TO rokuon_app;
