//! How a log reads, in every kind of operation and change.
