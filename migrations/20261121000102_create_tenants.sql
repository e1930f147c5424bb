-- The municipalities and bureaus whose rules apply.
CREATE TABLE tenants (
    -- Key of the policy file, such as a city's name in latin letters; also in object keys and encryption contexts.
    tenant_id text COLLATE "C" NOT NULL,
    -- Full Japanese name.
    name_ja text NOT NULL,
    -- Full English name.
    name_en text NOT NULL,
    -- Short name for narrow places.
    name_short text NOT NULL,
    -- When it joined.
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id),
    -- The same form as the typed id in code. The empty string, which an unset app.tenant can be, is never a tenant.
    CONSTRAINT tenants_id_is_slug CHECK (tenant_id ~ '^[a-z][a-z0-9-]{1,39}$')
);

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants_of_tenant ON tenants
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (name_ja, name_en, name_short) ON tenants TO rokuon_app;
