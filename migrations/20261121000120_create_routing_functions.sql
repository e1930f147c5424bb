-- The only two doors through which a reader sees more than one tenant, and what they show: which tenants there are, and
-- which connection an address belongs to. The worker needs both before it can know whose call it has.

CREATE POLICY tenants_for_directory ON tenants FOR SELECT TO rokuon_directory USING (true);
CREATE POLICY connections_for_directory ON connections FOR SELECT TO rokuon_directory USING (true);
GRANT SELECT (tenant_id) ON tenants TO rokuon_directory;
GRANT SELECT (tenant_id, connection_id, name, kind, address_user, networks, default_line, state) ON connections TO rokuon_directory;

CREATE FUNCTION tenant_ids()
    RETURNS TABLE (tenant_id text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT t.tenant_id FROM public.tenants t ORDER BY t.tenant_id $$;

CREATE FUNCTION routing_connections()
    RETURNS TABLE (tenant_id text, connection_id uuid, name text, kind text, address_user text, networks cidr[],
        default_line text, state text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT c.tenant_id, c.connection_id, c.name, c.kind, c.address_user, c.networks, c.default_line, c.state
          FROM public.connections c ORDER BY c.tenant_id, c.connection_id $$;

REVOKE EXECUTE ON FUNCTION tenant_ids(), routing_connections() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_ids(), routing_connections() TO rokuon_app;

-- They run as rokuon_directory. Handing a function over asks for membership and for CREATE on the schema, for that moment.
GRANT rokuon_directory TO CURRENT_USER;
GRANT CREATE ON SCHEMA public TO rokuon_directory;
ALTER FUNCTION tenant_ids() OWNER TO rokuon_directory;
ALTER FUNCTION routing_connections() OWNER TO rokuon_directory;
REVOKE CREATE ON SCHEMA public FROM rokuon_directory;
