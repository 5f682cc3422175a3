//! Tests of scalar.
