//! Every output of every fixture, as it was when its snapshot was last accepted.
//!
//! A change that is meant: `INSTA_UPDATE=always cargo test -p taskweight-report --test snapshots`, then read the difference in git.
//! The program finds its files by the path it was built at: the working directory, cargo, language and time zone do not matter.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod digest;
mod exports;
mod html;
mod json;
mod reports;
mod side_by_side;
#[path = "../common/snapshot.rs"]
mod snapshot;
mod text;
#[allow(dead_code, reason = "the tests of the claims use the rest")]
#[path = "../claims/world.rs"]
mod world;

use snapshot::assert_is;

/// Where the snapshots are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/snapshots");
