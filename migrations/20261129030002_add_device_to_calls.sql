-- The registered device that a recording was made with, where it was one of the register's.
ALTER TABLE calls ADD COLUMN device_id uuid;
ALTER TABLE calls ADD CONSTRAINT calls_device FOREIGN KEY (tenant_id, device_id) REFERENCES devices;
GRANT UPDATE (device_id) ON calls TO rokuon_app;
