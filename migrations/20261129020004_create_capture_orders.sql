-- What people order of recordings while the call goes on. The worker that holds the call carries it out.
CREATE TABLE capture_orders (
    -- Owner.
    tenant_id text COLLATE "C" NOT NULL REFERENCES tenants,
    -- Its id.
    order_id uuid NOT NULL,
    -- Of which recording. No foreign key: an order may outlive a call of which nothing is kept.
    recording_id uuid NOT NULL,
    -- 'start', 'pause', 'resume', 'stop'.
    kind text NOT NULL,
    -- Why, from a closed list; empty where the order needs no reason.
    reason text,
    -- Who ordered it. No foreign key, as in the audit trail.
    person_id uuid NOT NULL,
    -- When.
    placed_at timestamptz NOT NULL,
    -- 'placed', 'done', or 'too_late': the call was over first.
    state text NOT NULL,
    -- When it was carried out or found too late.
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, order_id),
    CONSTRAINT capture_orders_kind_known CHECK (kind IN ('start', 'pause', 'resume', 'stop')),
    CONSTRAINT capture_orders_state_known CHECK (state IN ('placed', 'done', 'too_late')),
    CONSTRAINT capture_orders_settled CHECK ((state = 'placed') = (settled_at IS NULL))
);
CREATE INDEX capture_orders_of_recording ON capture_orders (tenant_id, recording_id, placed_at);
CREATE INDEX capture_orders_placed ON capture_orders (tenant_id, placed_at) WHERE state = 'placed';

ALTER TABLE capture_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE capture_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY capture_orders_of_tenant ON capture_orders
    USING (tenant_id = current_setting('app.tenant', true))
    WITH CHECK (tenant_id = current_setting('app.tenant', true));
GRANT SELECT, INSERT, UPDATE (state, settled_at) ON capture_orders TO rokuon_app;

-- A worker holds calls of any tenant: it sees which orders wait, and nothing else of them.
CREATE POLICY capture_orders_for_directory ON capture_orders FOR SELECT TO rokuon_directory USING (true);
GRANT SELECT (tenant_id, order_id, recording_id, kind, placed_at, state) ON capture_orders TO rokuon_directory;

CREATE FUNCTION placed_capture_orders()
    RETURNS TABLE (tenant_id text, order_id uuid, recording_id uuid, kind text, placed_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT o.tenant_id, o.order_id, o.recording_id, o.kind, o.placed_at
          FROM public.capture_orders o WHERE o.state = 'placed' ORDER BY o.placed_at, o.order_id $$;

REVOKE EXECUTE ON FUNCTION placed_capture_orders() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION placed_capture_orders() TO rokuon_app;
GRANT rokuon_directory TO CURRENT_USER;
GRANT CREATE ON SCHEMA public TO rokuon_directory;
ALTER FUNCTION placed_capture_orders() OWNER TO rokuon_directory;
REVOKE CREATE ON SCHEMA public FROM rokuon_directory;
