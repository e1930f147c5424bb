-- Segments of more codecs, and of pictures.
ALTER TABLE segments
    -- Codec of the pictures in the file; NULL where it holds sound only. Where it holds pictures only, "codec" says the same.
    ADD COLUMN video_codec text;

ALTER TABLE segments
    ADD CONSTRAINT segments_codec_known CHECK (codec IN ('pcmu', 'pcma', 'g722', 'opus', 'g729', 'vp8', 'h264')),
    ADD CONSTRAINT segments_video_codec_known CHECK (
        video_codec IN ('vp8', 'h264') AND (codec NOT IN ('vp8', 'h264') OR codec = video_codec)
        OR video_codec IS NULL AND codec NOT IN ('vp8', 'h264'));
