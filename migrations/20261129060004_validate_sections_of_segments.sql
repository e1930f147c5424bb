-- Rows of before have none: nothing can fail, and nobody waits meanwhile.
ALTER TABLE segments VALIDATE CONSTRAINT segments_sections_fill_object;
