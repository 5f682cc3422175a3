//! What a fabric directory is: where it lies, what its folders hold, its manifest, the kinds it may hold.

pub mod address;
mod block;
pub mod changes;
pub mod crd_files;
pub mod crds;
mod document;
pub mod interval;
pub mod inventory;
pub mod kinds;
pub mod layout;
pub mod manifest;
pub mod periodic_block;
pub mod search;
pub mod settings;
pub mod settings_block;
pub mod survey;
