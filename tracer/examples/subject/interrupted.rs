//! A thread that is interrupted, and what the kernel itself counts of the interrupts on its CPU meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::{Pid, gettid};

/// `MEMBARRIER_CMD_PRIVATE_EXPEDITED` and its registration: each call interrupts all CPUs that run threads of this process.
const EXPEDITED: libc::c_int = 1 << 3;
const REGISTER_EXPEDITED: libc::c_int = 1 << 4;

/// Least time for which the thread runs: some ticks of the slowest kernel's timer.
const LEAST: Duration = Duration::from_millis(50);

/// Interrupts of one CPU since it was started, by kind.
type Counts = BTreeMap<&'static str, u64>;

/// Interrupts a thread on `cpu` from another CPU so many times. Prints the thread's id, whether it had its CPU for itself,
/// and by kind: the interrupts of its CPU while it certainly ran, and those from before it began until after it had ended.
pub fn interrupted(cpu: usize, calls: u64) {
    let elsewhere = elsewhere(cpu);
    membarrier(REGISTER_EXPEDITED);
    let before = counts(cpu);
    let (runs, ends) = (AtomicBool::new(false), AtomicBool::new(false));
    let (tid, is_alone, inner) = thread::scope(|scope| {
        // The thread begins where its creator is, and stays there.
        pin(&of(cpu));
        let thread = scope.spawn(|| run_on(cpu, &runs, &ends));
        pin(&elsewhere);
        while !runs.load(Ordering::Acquire) {
            thread::yield_now();
        }
        (0..calls).for_each(|_| membarrier(EXPEDITED));
        ends.store(true, Ordering::Release);
        thread.join().unwrap()
    });
    // Who gets on to that CPU knows that the thread, which comes first there, has left it for good.
    pin(&of(cpu));
    let outer = difference(&counts(cpu), &before);
    println!("{tid} {is_alone}");
    inner.iter().for_each(|(kind, count)| println!("{kind} {count} {}", outer[kind]));
}

fn run_on(cpu: usize, runs: &AtomicBool, ends: &AtomicBool) -> (Pid, bool, Counts) {
    let parameters = libc::sched_param { sched_priority: 50 };
    // SAFETY: reads a local that lives as long. Where it is refused, the thread may not be alone.
    let _refused = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) };
    let switches = switches();
    let before = counts(cpu);
    let begin = Instant::now();
    runs.store(true, Ordering::Release);
    while !ends.load(Ordering::Acquire) || begin.elapsed() < LEAST {
        spin_loop();
    }
    let inner = difference(&counts(cpu), &before);
    (gettid(), self::switches() == switches, inner)
}

fn switches() -> i64 {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    usage.voluntary_context_switches() + usage.involuntary_context_switches()
}

fn membarrier(command: libc::c_int) {
    // SAFETY: takes numbers.
    assert_eq!(unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) }, 0);
}

fn of(cpu: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(cpu).unwrap();
    set
}

fn elsewhere(cpu: usize) -> CpuSet {
    let mut allowed = sched_getaffinity(Pid::from_raw(0)).unwrap();
    allowed.unset(cpu).unwrap();
    allowed
}

fn pin(cpus: &CpuSet) {
    sched_setaffinity(Pid::from_raw(0), cpus).unwrap();
}

fn difference(later: &Counts, earlier: &Counts) -> Counts {
    later.iter().map(|(kind, count)| (*kind, count - earlier[kind])).collect()
}

/// The kernel's own counts, named as in reports. A device's line counts interrupts; each is served by all that are named in it.
fn counts(cpu: usize) -> Counts {
    let mut counts: Counts = ["timer", "reschedule", "call", "work", "device", "soft"].map(|kind| (kind, 0)).into();
    for (file, is_soft) in [("/proc/interrupts", false), ("/proc/softirqs", true)] {
        let text = fs::read_to_string(file).unwrap();
        let column = text.lines().next().unwrap().split_whitespace().position(|word| word == format!("CPU{cpu}"));
        for line in text.lines().skip(1) {
            let (name, rest) = line.split_once(':').unwrap();
            let count = rest.split_whitespace().nth(column.unwrap()).and_then(|word| word.parse::<u64>().ok());
            let (kind, times) = match name.trim() {
                _ if is_soft => ("soft", 1),
                "LOC" => ("timer", 1),
                "RES" => ("reschedule", 1),
                "CAL" => ("call", 1),
                "IWI" => ("work", 1),
                number if number.parse::<u32>().is_ok() => ("device", 1 + rest.matches(',').count() as u64),
                _ => continue,
            };
            *counts.get_mut(kind).unwrap() += count.unwrap_or(0) * times;
        }
    }
    counts
}
