-- The device register: recorders, telephones, handsets and cameras, each with its place. Nothing is removed; a device goes out of use.
CREATE TABLE devices (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    device_id uuid NOT NULL,
    -- Its number in the register, as people write it.
    number text COLLATE "C" NOT NULL,
    -- Key of the policy's device it is one of.
    rule text COLLATE "C" NOT NULL,
    -- What it is: 'exchange', 'telephone', 'server', 'handset', 'camera' …
    kind text NOT NULL,
    -- Its name.
    name text NOT NULL,
    -- Where it stands.
    place text NOT NULL,
    -- The department it stands in.
    department_id text COLLATE "C",
    -- The telephone number or extension behind it, national digits.
    digits text COLLATE "C",
    -- 'automatic' or 'on_demand' (runs only when needed).
    start text NOT NULL,
    -- What the notice beside it says.
    notice text NOT NULL,
    -- Where that notice hangs.
    notice_place text NOT NULL,
    -- The connection it sends by, where it has one of its own.
    connection_id uuid,
    -- First day in use, civil day of Japan.
    in_use_from date NOT NULL,
    -- First day no longer in use.
    in_use_until date,
    -- Counts changes.
    version integer NOT NULL DEFAULT 1,
    -- When it was entered.
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, device_id),
    CONSTRAINT devices_number_once UNIQUE (tenant_id, number),
    CONSTRAINT devices_connection_once UNIQUE (tenant_id, connection_id),
    CONSTRAINT devices_department FOREIGN KEY (tenant_id, department_id) REFERENCES departments,
    CONSTRAINT devices_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    CONSTRAINT devices_digits_are_digits CHECK (digits ~ '^[0-9*#]{1,32}$'),
    CONSTRAINT devices_start_known CHECK (start IN ('automatic', 'on_demand')),
    CONSTRAINT devices_in_order CHECK (in_use_until >= in_use_from)
);

ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;
CREATE POLICY devices_of_tenant ON devices
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (number, name, place, department_id, digits, start, notice, notice_place, connection_id, in_use_from,
    in_use_until, version) ON devices TO rokuon_app;
