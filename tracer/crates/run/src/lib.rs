//! The programs that are measured: starting and ending them, talking to them, their memory and their surroundings.

pub mod affinity;
pub mod capabilities;
pub mod check;
pub mod child;
pub mod environment;
pub mod guardian;
pub mod load;
pub mod memory;
pub mod privilege;
pub mod protocol;
pub mod signals;
