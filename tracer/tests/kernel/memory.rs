//! The ledger: threads that touch a known number of pages, and what the kernel keeps for each.
//!
//! These need root for cgroups and for the pages of other processes, not for eBPF.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::statfs::{FsType, TMPFS_MAGIC, statfs};
use taskweight_core::report::MemoryFigures;
use taskweight_core::stats::regression::{self, Line};
use taskweight_run::memory::stacks::Stated;
use taskweight_run::memory::{Account, Moment, Sampled, Sampler};

use crate::gate::size;
use crate::invocation::{subject, without_huge_pages};
use crate::machine::wait_for;

/// The other file system that is in memory; its root is that of an initramfs.
const RAMFS: i64 = 0x8584_58f6;

/// The subject with parked threads, and its account.
struct Parked {
    child: Child,
    account: Account,
}

impl Parked {
    fn start(threads: u64, pages: u64) -> Self {
        let mut account = Account::open();
        // A shell that waits for a line is in the cgroup before it becomes the subject.
        let script = format!("read go; exec '{}' stack-pages {threads} {pages}", subject());
        let mut command = Command::new("sh");
        // SAFETY: between fork and exec only a system call is made.
        unsafe { command.pre_exec(without_huge_pages) };
        let mut child = command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        account.add(child.id());
        child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "parked\n");
        Self { child, account }
    }

    /// A sample when all threads are at rest.
    fn sample(&self, threads: u64) -> Moment {
        let mut moment = Moment::default();
        wait_for("rest", || {
            moment = self.account.sample(&[self.child.id()], &Stated::default());
            moment.summary.found == threads + 1
        });
        moment
    }
}

impl Drop for Parked {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _status = self.child.wait();
    }
}

#[test]
fn resident_stack_is_what_threads_touch_and_a_constant() {
    needs_bpf!();
    const THREADS: u64 = 200;
    let page = procfs::page_size();
    let constants = [1, 4, 16].map(|pages| {
        let moment = Parked::start(THREADS, pages).sample(THREADS);
        assert_eq!((moment.summary.threads, moment.summary.merged), (THREADS + 1, 0));
        let main = moment.stacks.found.iter().max_by_key(|stack| stack.reserved_bytes.abs_diff(1 << 20)).unwrap();
        let of_threads = moment.summary.resident_bytes.unwrap() - main.resident_bytes;
        of_threads.checked_sub(THREADS * pages * page).unwrap() / THREADS
    });
    println!("resident stack of a thread besides the pages touched: {constants:?} bytes");
    assert!(constants.iter().all(|constant| constant.abs_diff(constants[0]) <= page && *constant < 8 * page));
}

#[test]
fn a_parked_thread_weighs_what_the_kernel_says() {
    needs_bpf!();
    // A small machine allows fewer threads.
    let most = fs::read_to_string("/proc/sys/kernel/threads-max").unwrap().trim().parse::<u64>().unwrap() * 3 / 4;
    let figures: Vec<(u64, MemoryFigures)> = [100, 32, 10, 3, 1]
        .map(|part| most.min(size(10_000, 2_000)) / part)
        .map(|threads| (threads, Parked::start(threads, 1).sample(threads).sample.figures))
        .into();
    let line = |column: fn(&MemoryFigures) -> Option<u64>| {
        let points: Vec<_> =
            figures.iter().filter_map(|(threads, all)| Some((*threads as f64, column(all)? as f64))).collect();
        assert_eq!(points.len(), figures.len(), "{figures:#?}");
        regression::fit(&points).unwrap()
    };
    let is = |line: Line, least: f64, most: f64| {
        println!("{:.0} bytes a thread, {:.0} to {:.0}, R2 {:.6}", line.slope, line.low, line.high, line.r2);
        assert!((least..=most).contains(&line.slope) && line.is_line(), "{least} to {most}: {line:?}\n{figures:#?}");
    };
    is(line(|all| all.stack_reserved_bytes), 1_048_576.0, 1_048_576.0);
    is(line(|all| all.stack_resident_bytes), 8_192.0, 20_480.0);
    is(line(|all| all.page_tables_bytes), 1_000.0, 9_000.0);
    if cfg!(target_arch = "x86_64") {
        is(line(|all| all.kernel_stack_bytes), 0.95 * 16_384.0, 1.05 * 16_384.0);
    }
    is(line(|all| all.slab_bytes), 1_000.0, 16_384.0);
    let (total, witness) = (line(|all| all.total_bytes), line(|all| all.witness_bytes));
    is(total, 30_000.0, 70_000.0);
    is(witness, 30_000.0, 70_000.0);
    let (_, last) = figures.last().unwrap();
    let (total, witness) = (last.total_bytes.unwrap(), last.witness_bytes.unwrap());
    assert!(total.abs_diff(witness) * 10 < witness, "{total} and {witness} with most threads\n{figures:#?}");
}

#[test]
fn files_that_were_written_are_not_the_runs_weight() {
    needs_bpf!();
    const WRITTEN: u64 = 64 << 20;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let kind = statfs(folder.path()).unwrap().filesystem_type();
    if kind == TMPFS_MAGIC || kind == FsType(RAMFS) {
        skip!("files of {} are memory", folder.path().display());
    }
    let file = folder.path().join("file");
    let script = format!("read go; head -c {WRITTEN} /dev/zero > '{}'; echo written; read end", file.display());
    let mut account = Account::open();
    let mut child =
        Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    account.add(child.id());
    child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let sample = account.sample(&[child.id()], &Stated::default()).sample;
    assert_eq!(fs::metadata(&file).unwrap().len(), WRITTEN, "there is room for it");
    drop(child.stdin.take());
    let _status = child.wait().unwrap();
    println!("{:#?}", sample.sources);
    let (total, witness) = (sample.figures.total_bytes.unwrap(), sample.figures.witness_bytes.unwrap());
    // What the kernel keeps of the file besides its pages, and what it charges in advance, stays.
    assert!(total < 8 << 20 && witness.abs_diff(total) < 8 << 20, "{sample:#?}");
}

/// Starts a subject that holds a cgroup; its path.
fn cgroup_holder() -> (Child, PathBuf) {
    let mut command = Command::new(subject());
    let mut child = command.arg("cgroup").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, PathBuf::from(line.trim_end()))
}

#[test]
fn cgroup_is_removed_by_this_run_or_the_next() {
    needs_bpf!();
    let (mut ending, its) = cgroup_holder();
    if !its.is_absolute() {
        skip!("no memory cgroup of one's own: {}", its.display());
    }
    let (mut killed, left) = cgroup_holder();
    let (mut living, used) = cgroup_holder();
    drop(ending.stdin.take());
    ending.wait().unwrap();
    assert!(!its.exists() && left.exists() && used.exists());
    killed.kill().unwrap();
    killed.wait().unwrap();
    let account = Account::open();
    assert_eq!(account.no_cgroup(), None);
    assert!(!left.exists() && used.exists());
    drop(living.stdin.take());
    living.wait().unwrap();
    assert!(!used.exists());
}

/// Watches parked threads for so long.
fn watched(threads: u64, time: Duration) -> Sampled {
    let mut account = Account::open();
    let script = format!("read go; exec '{}' stack-pages {threads} 4", subject());
    let mut child =
        Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    account.add(child.id());
    let sampler = Sampler::start(account.into(), child.id(), Duration::from_millis(10)).unwrap();
    child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    thread::sleep(time);
    drop(child.stdin.take());
    child.wait().unwrap();
    sampler.finish()
}

#[test]
fn memory_is_watched_while_it_runs() {
    needs_bpf!();
    const THREADS: u64 = 50;
    // On a slow machine it takes longer until stacks can be afforded, and on a busy one until a sample that was preempted is
    // little beside the rest.
    let times = [1, 5, 20, 60, 120].map(Duration::from_secs);
    // 5 % is the rule, which one sample may exceed.
    let affords = |seen: &Sampled, time: Duration| u128::from(seen.over_time.sampling_ns) < time.as_nanos() / 10;
    let mut tries = times.into_iter().map(|time| (watched(THREADS, time), time));
    let seen = tries.find(|(seen, time)| seen.stacks.len() as u64 == THREADS + 1 && affords(seen, *time)).unwrap().0;
    println!("{:?}", seen.over_time);
    let summary = seen.summary.unwrap();
    assert_eq!(summary.found, THREADS + 1);
    assert!(summary.deepest_bytes > Some(4 * 4096) && summary.resident_bytes > Some(THREADS * 5 * 4096));
    assert!(seen.over_time.peak_rss_bytes > summary.resident_bytes);
    let last = seen.last.unwrap().figures;
    let resident = last.stack_resident_bytes.unwrap_or_default() + last.other_resident_bytes.unwrap();
    assert!(resident > THREADS * 5 * 4096, "{last:?}");
}
