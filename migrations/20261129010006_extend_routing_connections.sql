-- What a worker must know of a connection before it knows whose call it has, now with its security and credentials. Credentials and
-- accounts come as JSON, octets in hexadecimal; a password comes sealed.

CREATE POLICY connection_credentials_for_directory ON connection_credentials FOR SELECT TO rokuon_directory USING (true);
CREATE POLICY registration_accounts_for_directory ON registration_accounts FOR SELECT TO rokuon_directory USING (true);
GRANT SELECT (media_security, transport, learns_source, tls_client_sha256, digest_required, test_until) ON connections
    TO rokuon_directory;
GRANT SELECT (tenant_id, connection_id, credential_id, kind, username, ha1_sha256, ha1_md5, token_sha256, valid_until)
    ON connection_credentials TO rokuon_directory;
GRANT SELECT (tenant_id, connection_id, registrar_host, registrar_port, transport, domain, username, auth_username, sealed_password,
    expires_seconds) ON registration_accounts TO rokuon_directory;

GRANT rokuon_directory TO CURRENT_USER;
DROP FUNCTION routing_connections();
CREATE FUNCTION routing_connections()
    RETURNS TABLE (tenant_id text, connection_id uuid, name text, kind text, address_user text, networks cidr[],
        default_line text, state text, media_security text, transport text, learns_source boolean, tls_client_sha256 bytea[],
        digest_required boolean, test_until timestamptz, credentials jsonb, registration jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT c.tenant_id, c.connection_id, c.name, c.kind, c.address_user, c.networks, c.default_line, c.state,
              c.media_security, c.transport, c.learns_source, c.tls_client_sha256, c.digest_required, c.test_until,
              coalesce((
                  SELECT jsonb_agg(jsonb_build_object(
                      'kind', k.kind,
                      'username', k.username,
                      'ha1_sha256', encode(k.ha1_sha256, 'hex'),
                      'ha1_md5', encode(k.ha1_md5, 'hex'),
                      'token_sha256', encode(k.token_sha256, 'hex'),
                      'valid_until', k.valid_until
                  ) ORDER BY k.credential_id)
                  FROM public.connection_credentials k
                  WHERE k.tenant_id = c.tenant_id AND k.connection_id = c.connection_id
              ), '[]'),
              (
                  SELECT jsonb_build_object(
                      'registrar_host', r.registrar_host,
                      'registrar_port', r.registrar_port,
                      'transport', r.transport,
                      'domain', coalesce(r.domain, r.registrar_host),
                      'username', r.username,
                      'auth_username', coalesce(r.auth_username, r.username),
                      'sealed_password', encode(r.sealed_password, 'hex'),
                      'expires_seconds', r.expires_seconds
                  )
                  FROM public.registration_accounts r
                  WHERE r.tenant_id = c.tenant_id AND r.connection_id = c.connection_id
              )
          FROM public.connections c ORDER BY c.tenant_id, c.connection_id $$;

REVOKE EXECUTE ON FUNCTION routing_connections() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION routing_connections() TO rokuon_app;
GRANT CREATE ON SCHEMA public TO rokuon_directory;
ALTER FUNCTION routing_connections() OWNER TO rokuon_directory;
REVOKE CREATE ON SCHEMA public FROM rokuon_directory;
