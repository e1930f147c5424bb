-- no-transaction
-- Its one reader has recordings_over.
DROP INDEX CONCURRENTLY recordings_by_end;
