-- The last look at all tails in the store that told how old what is in them can be. One row, the platform's own, of no tenant.
CREATE TABLE tail_looks (
    -- There is one.
    one boolean NOT NULL DEFAULT true,
    -- No tail holds anything of what was sealed before this.
    clear_before timestamptz NOT NULL,
    -- When that look began.
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (one),
    CONSTRAINT tail_looks_one CHECK (one)
);

GRANT SELECT, INSERT, UPDATE (clear_before, looked_at) ON tail_looks TO rokuon_app;
