//! The kernel side: the optimised programs measure work of which everything is known, as root and on the real kernel.
//!
//! Every test drives `taskweight` as a user does and reads the report it writes. Counts are compared exactly; times
//! are never judged. `cargo xtask test` runs this program as root and says where the optimised programs are.
#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

#[macro_use]
mod gate;
#[path = "../../crates/probe/tests/common/drawn.rs"]
mod drawn;
mod interruption;
mod invocation;
mod loaded;
mod lossless;
mod machine;
mod outcome;
#[path = "../../crates/report/tests/common/schema.rs"]
mod schema;
#[path = "../../crates/run/tests/common/usual.rs"]
mod usual;

mod anatomy;
mod capabilities;
mod capacity;
mod cleanup;
mod compat;
mod destinations;
mod escapes;
mod exec;
mod exit_status;
mod failures;
mod fault;
mod footprint;
mod histogram;
mod hostile;
mod interrupt;
mod io_uring;
mod isolation;
mod languages;
mod ledger;
mod leftovers;
mod lifecycle;
mod load;
mod memory;
mod migration;
mod misbehaviour;
mod models;
mod namespace;
mod not_offered;
mod output;
mod overview;
mod pid_reuse;
mod pressure;
mod privilege;
mod probe_form;
mod progress;
mod regimes;
mod repetitions;
mod sched;
mod signals;
mod small_maps;
mod syscall;
mod timeline;
mod together;
mod window;
