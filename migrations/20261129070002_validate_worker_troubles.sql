-- Nothing that was written before can break it.
ALTER TABLE worker_troubles VALIDATE CONSTRAINT worker_troubles_kind_known;
