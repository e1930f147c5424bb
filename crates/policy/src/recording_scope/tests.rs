//! Tests of recording scope.
