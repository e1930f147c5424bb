-- Two more kinds: 'tails_behind' (what is recorded is on its host alone) and 'spool_key_missing' (the spool has no key of its own).
ALTER TABLE worker_troubles DROP CONSTRAINT worker_troubles_kind_known;
ALTER TABLE worker_troubles ADD CONSTRAINT worker_troubles_kind_known CHECK (kind IN ('spool_full', 'keys_away', 'database_away', 'sealing_behind', 'tails_behind', 'spool_key_missing')) NOT VALID;
