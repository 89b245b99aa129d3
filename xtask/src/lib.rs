//! What the crates of `cargo xtask` have in common.

pub mod command;
