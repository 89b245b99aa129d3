//! The kernel side: the optimised programs measure work of which everything is known, as root and on the real kernel.
//!
//! Every test drives `taskweight` as a user does and reads the report it writes. Counts are compared exactly; times
//! are never judged. `cargo xtask test` runs this program as root and says where the optimised programs are.
#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

#[macro_use]
mod gate;
mod invocation;
mod loaded;
mod lossless;
mod machine;
mod outcome;

mod anatomy;
mod capacity;
mod cleanup;
mod exec;
mod exit_status;
mod failures;
mod fault;
mod histogram;
mod isolation;
mod languages;
mod ledger;
mod lifecycle;
mod memory;
mod migration;
mod models;
mod not_offered;
mod output;
mod pid_reuse;
mod privilege;
mod probe_form;
mod regimes;
mod sched;
mod signals;
mod syscall;
mod window;
