//! Whether a test can run here. Where it cannot, it is skipped loudly; for want of eBPF, it fails where CI=true.

use std::cell::Cell;
use std::env;
use std::io::{self, Write as _};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

use taskweight_probe::preflight;

/// Shared by tests that leave the machine's settings as they are; those that change them have it alone.
static MACHINE: RwLock<()> = RwLock::new(());

thread_local! {
    /// Whether the test of this thread has its share of the machine. To ask for a second one while another test waits to
    /// be alone would be to wait for oneself.
    static SHARES: Cell<bool> = const { Cell::new(false) };
}

/// The path of the calling function.
macro_rules! this_test {
    () => {{
        fn here() {}
        std::any::type_name_of_val(&here).trim_end_matches("::here")
    }};
}

/// Returns from the calling test where eBPF cannot be used.
macro_rules! needs_bpf {
    () => {
        let Some(_beside_others) = $crate::gate::beside_others(this_test!()) else { return };
    };
}

/// Returns from the calling test where it may not change settings of the whole machine, or eBPF cannot be used. No other
/// test runs beside it.
macro_rules! needs_a_machine_for_itself {
    () => {
        let Some(_alone) = $crate::gate::alone(this_test!()) else { return };
    };
}

/// Returns from the calling test, which lacks something of this kernel or machine: the feature is to be named.
macro_rules! skip {
    ($($reason:tt)*) => {
        return $crate::gate::say_skipped(this_test!(), &format!($($reason)*))
    };
}

/// A share of the machine. What the same thread asks for besides is nothing more, and gives nothing back.
pub struct Share {
    held: Option<RwLockReadGuard<'static, ()>>,
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.held.is_some() {
            SHARES.set(false);
        }
    }
}

/// Returns from the calling test, in which much is done and little that depends on the kernel, where it would take minutes.
macro_rules! needs_a_fast_cpu {
    () => {
        if $crate::gate::is_emulated() {
            skip!("size: it takes minutes where the CPU is emulated, and runs on the machine itself");
        }
    };
}

/// Lets a test run beside others, where eBPF can be used.
pub fn beside_others(test: &str) -> Option<Share> {
    has_bpf(test).then(|| {
        let is_first = !SHARES.replace(true);
        Share { held: is_first.then(|| MACHINE.read().unwrap_or_else(PoisonError::into_inner)) }
    })
}

/// Lets a test have the machine for itself, where eBPF can be used and the machine is a guest that is there for the tests.
pub fn alone(test: &str) -> Option<RwLockWriteGuard<'static, ()>> {
    if env::var_os("TASKWEIGHT_GUEST").is_none() {
        say_skipped(test, "it changes settings of the whole machine: only in guests (cargo xtask vm)");
        return None;
    }
    assert!(!SHARES.get(), "{test} has a share of the machine, and waits to have it alone: it asks for both");
    has_bpf(test).then(|| MACHINE.write().unwrap_or_else(PoisonError::into_inner))
}

/// Whether instructions are run by software, many times slower, on a CPU that is taken away in long slices.
pub fn is_emulated() -> bool {
    env::var_os("TASKWEIGHT_EMULATED").is_some()
}

/// A size that only has to be large, and what stands for it where instructions are emulated.
pub fn size<T>(large: T, emulated: T) -> T {
    if is_emulated() { emulated } else { large }
}

/// Says that the whole test is not run.
pub fn say_skipped(test: &str, reason: &str) {
    say(&format!("SKIPPED: {test}: {reason}"));
}

/// Says that the calling test leaves out a part of itself: which, and why.
pub fn say_left_out(part: &str) {
    let thread = thread::current();
    say(&format!("LEFT OUT: {}: {part}", thread.name().unwrap_or("kernel")));
}

/// Not println!, which the test harness keeps to itself when a test passes; in one piece, as others write, too.
fn say(line: &str) {
    let _closed = io::stdout().write_all(format!("\n{line}\n").as_bytes());
}

fn has_bpf(test: &str) -> bool {
    static OBSTACLE: OnceLock<Option<String>> = OnceLock::new();
    let Some(reason) = OBSTACLE.get_or_init(obstacle) else { return true };
    assert!(env::var_os("CI").is_none_or(|value| value != "true"), "{test} cannot run, and CI=true: {reason}");
    say_skipped(test, reason);
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

#[test]
fn a_test_that_asks_twice_has_one_share() {
    let Some(first) = beside_others(this_test!()) else { return };
    let second = beside_others(this_test!()).unwrap();
    assert!(first.held.is_some() && second.held.is_none());
    drop(second);
    assert!(SHARES.get(), "the second gave nothing back");
    drop(first);
    assert!(!SHARES.get());
}
