-- The numbers whose calls are recorded: from the policy file, or from the tenant's own register.
CREATE TABLE lines (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Key within the tenant.
    line_key text COLLATE "C" NOT NULL,
    -- Digits as listed, national form; of a pattern its fixed digits.
    number text COLLATE "C" NOT NULL,
    -- Digits ending in * or ?, when the line stands for many numbers.
    pattern text COLLATE "C",
    -- Japanese name.
    name_ja text NOT NULL,
    -- English name.
    name_en text NOT NULL,
    -- The department whose recordings these are.
    department_id text COLLATE "C",
    -- The group the ordinance binds the line to.
    group_name text,
    -- The purpose its recordings are collected for.
    purpose text,
    -- 'policy' or 'register'.
    source text NOT NULL,
    -- Listed now; a line that is struck off stays here for the recordings that name it.
    listed boolean NOT NULL,
    PRIMARY KEY (tenant_id, line_key),
    CONSTRAINT lines_department FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
    CONSTRAINT lines_source_known CHECK (source IN ('policy', 'register'))
);

ALTER TABLE lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE lines FORCE ROW LEVEL SECURITY;
CREATE POLICY lines_of_tenant ON lines
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (number, pattern, name_ja, name_en, department_id, group_name, purpose, source, listed) ON lines TO rokuon_app;
