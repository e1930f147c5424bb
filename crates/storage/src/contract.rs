//! The contract suites that every adapter passes.
