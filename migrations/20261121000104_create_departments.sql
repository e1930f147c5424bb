-- The departments (課) a tenant's policy or register names.
CREATE TABLE departments (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Key within the tenant.
    department_id text COLLATE "C" NOT NULL,
    -- Japanese name.
    name_ja text NOT NULL,
    -- English name.
    name_en text NOT NULL,
    -- Place in lists.
    position integer NOT NULL,
    PRIMARY KEY (tenant_id, department_id)
);

ALTER TABLE departments ENABLE ROW LEVEL SECURITY;
ALTER TABLE departments FORCE ROW LEVEL SECURITY;
CREATE POLICY departments_of_tenant ON departments
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (name_ja, name_en, position) ON departments TO rokuon_app;
