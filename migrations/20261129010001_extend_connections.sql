-- Every way in: SIPREC, plain SIP, registration with a cloud PBX or trunk, WHIP; and how each has to be secured.

ALTER TABLE connections
    -- 'plain_allowed': SRTP is taken where offered; 'srtp_required': a call whose media is not encrypted is refused.
    ADD COLUMN media_security text NOT NULL DEFAULT 'plain_allowed',
    -- 'any': SIP over UDP, TCP or TLS; 'tls': only over TLS.
    ADD COLUMN transport text NOT NULL DEFAULT 'any',
    -- Whether media may come from another address of the networks than was signalled (learned once, RFC 4961 does not hold everywhere).
    ADD COLUMN learns_source boolean NOT NULL DEFAULT true,
    -- SHA-256 of the TLS client certificates (DER) it may show; none means that it need not show one.
    ADD COLUMN tls_client_sha256 bytea[] NOT NULL DEFAULT '{}',
    -- Whether requests must carry a digest (RFC 8760) made with one of its credentials. True with no valid credential lets nobody in.
    ADD COLUMN digest_required boolean NOT NULL DEFAULT false,
    -- Until when a test of it runs: what arrives is noted in detail. NULL or past: no test runs.
    ADD COLUMN test_until timestamptz,
    -- When the test that runs, or ran last, was begun.
    ADD COLUMN test_began_at timestamptz,
    -- Counts edits, for If-Match.
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    DROP CONSTRAINT connections_kind_known,
    ADD CONSTRAINT connections_kind_known CHECK (kind IN ('siprec', 'sip', 'registration', 'whip')),
    ADD CONSTRAINT connections_media_security_known CHECK (media_security IN ('plain_allowed', 'srtp_required')),
    ADD CONSTRAINT connections_transport_known CHECK (transport IN ('any', 'tls')),
    ADD CONSTRAINT connections_tls_client_few CHECK (cardinality(tls_client_sha256) <= 8);

GRANT UPDATE (media_security, transport, learns_source, tls_client_sha256, digest_required, test_until, test_began_at, version)
    ON connections TO rokuon_app;
