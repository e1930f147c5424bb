-- The two roles of the database besides its owner, who runs these files.

-- rokuon_app: what api and worker sign in as. It owns nothing and is bound by row-level security everywhere.
-- Made without a password where it is missing (nobody can sign in as it until the operator sets one).
-- rokuon_directory: nobody signs in as it; it owns the functions that look across tenants (see
-- *_create_routing_functions.sql) and may read exactly what they return.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rokuon_app') THEN
        CREATE ROLE rokuon_app LOGIN NOBYPASSRLS;
    END IF;
EXCEPTION
    -- Another database of the same cluster was migrated at the same moment: roles belong to the cluster.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rokuon_directory') THEN
        CREATE ROLE rokuon_directory NOLOGIN NOBYPASSRLS;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- Before PostgreSQL 15 everybody could create objects in public; restored databases may still say so.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO rokuon_app, rokuon_directory;
-- Functions are callable by everybody unless said otherwise.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
