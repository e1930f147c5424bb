-- The members of staff who were issued an ID.
CREATE TABLE people (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Their id.
    person_id uuid NOT NULL,
    -- What they type to sign in; unique within the tenant, lower case.
    login_id text COLLATE "C" NOT NULL,
    -- Their name.
    display_name text NOT NULL,
    -- The department they work in; what they may see comes from their posts, not from this.
    department_id text COLLATE "C",
    -- When the ID was issued.
    created_at timestamptz NOT NULL,
    -- When the ID was taken back.
    disabled_at timestamptz,
    -- When they last signed in.
    last_sign_in_at timestamptz,
    PRIMARY KEY (tenant_id, person_id),
    CONSTRAINT people_login_id_once UNIQUE (tenant_id, login_id),
    CONSTRAINT people_department FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
    CONSTRAINT people_login_id_lower CHECK (login_id = lower(login_id) AND login_id <> '')
);

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY people_of_tenant ON people
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (display_name, department_id, disabled_at, last_sign_in_at) ON people TO rokuon_app;
