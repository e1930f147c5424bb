//! An object store in memory, with fault knobs for tests.
