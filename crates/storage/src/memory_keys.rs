//! A key service in memory, with fault knobs for tests.
