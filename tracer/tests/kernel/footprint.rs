//! Memory that taskweight takes itself, on a machine that allows as many threads as Linux can have.

use procfs::process::Process;
use taskweight_probe::{
    RunningKernel,
    footprint::map_bytes,
    session::{Session, SessionOptions},
};

use crate::invocation::run;

/// The highest `kernel.pid_max` there is on 64-bit machines: 22 bits.
const HIGHEST_PID_MAX: u32 = 1 << 22;
const LIMIT_BYTES: u64 = 300_000_000;

#[test]
fn four_million_pids_take_less_than_300_mb() {
    needs_bpf!();
    let kernel = RunningKernel { pid_max: HIGHEST_PID_MAX, ..RunningKernel::read().unwrap() };
    let before = map_bytes();
    let session = Session::open(&kernel, SessionOptions::new(0)).unwrap();
    let maps = map_bytes() - before;
    let resident = Process::myself().unwrap().status().unwrap().vmrss.unwrap() * 1024;
    drop(session);
    // Each pid has a place, so that no less can be right.
    assert!(maps > u64::from(HIGHEST_PID_MAX) * 4, "{maps} bytes of maps");
    assert!(maps + resident < LIMIT_BYTES, "{maps} bytes of maps, {resident} resident");
}

#[test]
fn the_report_has_the_memory_of_the_maps() {
    needs_bpf!();
    let cost = run(&[], &["true"]).report().own_cost.unwrap();
    let table = u64::from(SessionOptions::DEFAULT_THREAD_CAPACITY) * size_of::<tracer_ebpf::ThreadState>() as u64;
    let maps = cost.map_bytes.unwrap();
    assert!((table..LIMIT_BYTES).contains(&maps), "{maps} bytes of maps, {table} of the thread table alone");
}
