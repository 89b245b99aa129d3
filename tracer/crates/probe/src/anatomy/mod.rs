//! The anatomy of a task switch: what its time consists of, segment by segment, and whether that adds up.
//!
//! Programs of their own follow the critical path ([`session`]); a run under them gives the segments, and its untraced
//! twin the time that they must add up to. What the probes took is taken out ([`calibration`], [`figures`]).

pub mod calibration;
pub mod cost;
pub mod figures;
mod ring;
pub mod session;
