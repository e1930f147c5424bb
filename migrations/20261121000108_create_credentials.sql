-- The issued passwords, one a person.
CREATE TABLE credentials (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Whose.
    person_id uuid NOT NULL,
    -- Argon2id in PHC string form.
    password_hash text NOT NULL,
    -- When the credential was first issued or last reset by a manager.
    issued_at timestamptz NOT NULL,
    -- When the password was last set; its age counts from here.
    changed_at timestamptz NOT NULL,
    -- An initial password: nothing but changing it is allowed.
    must_change boolean NOT NULL,
    PRIMARY KEY (tenant_id, person_id),
    CONSTRAINT credentials_person FOREIGN KEY (tenant_id, person_id) REFERENCES people
);

ALTER TABLE credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY credentials_of_tenant ON credentials
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (password_hash, issued_at, changed_at, must_change) ON credentials TO rokuon_app;
