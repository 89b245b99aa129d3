//! The programs under measurement: starting them, talking to them, knowing which exist.

pub mod affinity;
pub mod catalog;
pub mod check;
pub mod child;
pub mod load;
pub mod privilege;
pub mod protocol;
pub mod scenario;
pub mod signals;
