//! Whether eBPF can be used here. Where it cannot, tests are skipped loudly, and fail where CI=true.

use std::env;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use taskweight::kernel::preflight;

/// Returns from the calling test where eBPF cannot be used.
macro_rules! needs_bpf {
    () => {{
        fn here() {}
        if !$crate::gate::is_open(std::any::type_name_of_val(&here)) {
            return;
        }
    }};
}

/// Whether the test that contains the function `marker` can run.
pub fn is_open(marker: &str) -> bool {
    static OBSTACLE: OnceLock<Option<String>> = OnceLock::new();
    let Some(reason) = OBSTACLE.get_or_init(obstacle) else { return true };
    let test = marker.trim_end_matches("::here");
    assert!(env::var_os("CI").is_none_or(|value| value != "true"), "{test} cannot run, and CI=true: {reason}");
    // Not eprintln!, which the test harness keeps to itself when a test passes; in one piece, as others write, too.
    let _closed = io::stderr().write_all(format!("\nSKIPPED: {test}: {reason}\n").as_bytes());
    false
}

fn obstacle() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some(String::from("not root: run it with `cargo xtask test`"));
    }
    if let Err(error) = preflight::check() {
        return Some(format!("{error:#}"));
    }
    let refused = || aya::programs::loaded_programs().next().and_then(Result::err);
    // Twice, since a program of somebody else may disappear just while it is looked at.
    refused().and_then(|_| refused()).map(|error| format!("no eBPF here: {error}"))
}
