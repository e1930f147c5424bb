-- The segment that ends a recording has waveform and manifest behind it in the same object. Length and SHA-256 in container_bytes and
-- container_sha256 are the whole object's, as ever.
ALTER TABLE segments
    -- Length in octets of the segment's own container, at the object's front. NULL: nothing lies behind it.
    ADD COLUMN media_section_bytes bigint,
    -- Length in octets of the waveform's container, behind that.
    ADD COLUMN peaks_section_bytes bigint,
    -- Length in octets of the manifest's container, behind that; an index of 64 octets ends the object.
    ADD COLUMN manifest_section_bytes bigint;

ALTER TABLE segments
    ADD CONSTRAINT segments_sections_fill_object CHECK (
        num_nonnulls(media_section_bytes, peaks_section_bytes, manifest_section_bytes) = 0
        OR num_nonnulls(media_section_bytes, peaks_section_bytes, manifest_section_bytes) = 3
            AND least(media_section_bytes, peaks_section_bytes, manifest_section_bytes) > 0
            AND media_section_bytes + peaks_section_bytes + manifest_section_bytes < container_bytes) NOT VALID;
