//! What a run weighs in bytes, and where they are.

pub mod cgroup;
pub mod process;
pub mod stacks;
pub mod system;
