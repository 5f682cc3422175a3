//! What a fabric directory is: its layout, its manifest, the kinds it may hold.

pub mod kinds;
