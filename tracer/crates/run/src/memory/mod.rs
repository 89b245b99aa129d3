//! What a run weighs in bytes, and where they are.
//!
//! [`Account`] is opened before a program is started; the program is added before its first instruction, and sampled
//! when its tasks are parked. [`Sampler`] watches it meanwhile. [`rows`] makes what one task weighs out of
//! many runs.

pub mod account;
pub mod cgroup;
#[cfg(test)]
mod fixture;
pub mod limit;
pub mod process;
mod sample;
pub mod sampler;
pub mod stacks;
pub mod system;

pub use account::{Account, Moment};
pub use sampler::{Sampled, Sampler};
