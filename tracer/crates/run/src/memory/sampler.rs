//! Watching the memory of a run while it runs, at a price of at most 5 % of a CPU.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use super::process::Rollup;
use super::stacks::{Stated, ThreadStack};
use super::{Account, Moment};
use taskweight_core::report::{OverTime, Sample, StackSummary};

/// From one sample to the next, unless reading is costly or the run long.
const INTERVAL: Duration = Duration::from_millis(100);
/// One part in this many of the time may go into sampling; half of it, where stacks cannot be looked at each time, so
/// that there is something to save up.
const SHARE: u32 = 20;
/// Why a sample has no stacks.
const TOO_COSTLY: &str = "stacks were not sampled then: with this many threads they are sampled less often";
/// Samples kept; with more, every second one goes.
const KEPT: usize = 600;
/// Threads whose stacks are kept one by one.
const THREADS_KEPT: usize = 1 << 16;
/// What a look at a thread's stack costs before it was measured.
const PER_THREAD: Duration = Duration::from_micros(25);

/// A thread that takes samples until it is told to finish.
#[derive(Debug)]
pub struct Sampler {
    /// Dropping it ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<Sampled>>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Sampled {
    /// Resident memory over time.
    pub over_time: OverTime,
    /// The stack of each thread as it was when last seen, by thread id.
    pub stacks: BTreeMap<u32, ThreadStack>,
    /// The stacks at the moment when most of them was resident, with the deepest one ever seen; `None` where they were
    /// never looked at.
    pub summary: Option<StackSummary>,
    /// The last sample, with stacks if there was time for them.
    pub last: Option<Sample>,
}

impl Sampler {
    /// Starts to sample `root`, which was added to the account, and what descends from it; the `first` time so long from
    /// now. To be called when `root` has been released: before, it is a copy of taskweight.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(account: Arc<Account>, root: u32, first: Duration) -> io::Result<Self> {
        Self::run(Watch::new(account, root), first)
    }

    /// The same for resident memory over time and nothing else: the least that can be read while a run is being measured.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start_resident(account: Arc<Account>, root: u32, first: Duration) -> io::Result<Self> {
        Self::run(Watch { resident_only: true, ..Watch::new(account, root) }, first)
    }

    fn run(watch: Watch, first: Duration) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name(String::from("memory")).spawn(move || watch.until(&stopped, first))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// Ends sampling, and says what was seen.
    #[must_use]
    pub fn finish(mut self) -> Sampled {
        self.end().unwrap_or_default()
    }

    fn end(&mut self) -> Option<Sampled> {
        drop(self.stop.take());
        self.thread.take()?.join().ok()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        let _seen = self.end();
    }
}

struct Watch {
    account: Arc<Account>,
    root: u32,
    resident_only: bool,
    started: Instant,
    interval: Duration,
    /// What the last full sample cost.
    full_cost: Option<Duration>,
    spent: Duration,
    seen: Sampled,
}

impl Watch {
    fn new(account: Arc<Account>, root: u32) -> Self {
        let (started, seen) = (Instant::now(), Sampled::default());
        let (interval, spent) = (INTERVAL, Duration::ZERO);
        Self { account, root, resident_only: false, started, interval, full_cost: None, spent, seen }
    }

    fn until(mut self, stopped: &Receiver<()>, first: Duration) -> Sampled {
        let mut due = first;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(due.saturating_sub(self.started.elapsed())) {
            let begun = cpu_time();
            self.sample();
            self.spent += cpu_time().saturating_sub(begun);
            // Not before the share is kept again.
            due = (self.started.elapsed() + self.interval).max(self.spent * SHARE);
        }
        self.seen.over_time.interval_ns = nanoseconds(self.interval);
        self.seen.over_time.sampling_ns = nanoseconds(self.spent);
        self.seen
    }

    fn sample(&mut self) {
        let at = self.started.elapsed();
        let pids = self.account.pids(self.root);
        if self.resident_only {
            return self.sample_resident(at, &pids);
        }
        let begun = cpu_time();
        let threads_before = threads(&pids);
        let affords_all = self.affords_all(at, &pids);
        let moment = if affords_all {
            self.account.sample(&pids, &Stated::default())
        } else {
            self.account.sample_without_stacks(&pids, TOO_COSTLY)
        };
        let cost = cpu_time().saturating_sub(begun);
        // What ended meanwhile says nothing, and what it said before stands.
        let Some(rss) = moment.rss_bytes else { return };
        self.note(at, rss);
        if affords_all {
            self.full_cost = Some(cost);
            self.keep_stacks(&moment);
        } else {
            self.interval = self.interval.max(cost * SHARE * 2);
        }
        // A process that is ending has columns that do not belong together.
        if self.seen.last.is_none() || threads(&pids) >= threads_before {
            self.seen.last = Some(moment.sample);
        }
    }

    fn sample_resident(&mut self, at: Duration, pids: &[u32]) {
        let begun = cpu_time();
        let readings = pids.iter().filter_map(|pid| Rollup::read(*pid).ok().flatten());
        let sum = readings.map(|rollup| rollup.rss_bytes).reduce(|sum, one| sum + one);
        self.interval = self.interval.max(cpu_time().saturating_sub(begun) * SHARE);
        if let Some(rss) = sum {
            self.note(at, rss);
        }
    }

    /// Whether a full sample fits into what is left of the share.
    fn affords_all(&self, at: Duration, pids: &[u32]) -> bool {
        let cost = self.full_cost.unwrap_or_else(|| PER_THREAD * (8 + threads(pids)));
        self.spent + cost <= at / SHARE
    }

    fn keep_stacks(&mut self, moment: &Moment) {
        for stack in &moment.stacks.found {
            if self.seen.stacks.len() < THREADS_KEPT || self.seen.stacks.contains_key(&stack.tid) {
                self.seen.stacks.insert(stack.tid, *stack);
            }
        }
        self.seen.summary = Some(larger(self.seen.summary.take(), moment.summary.clone()));
    }

    fn note(&mut self, at: Duration, rss: u64) {
        let over_time = &mut self.seen.over_time;
        over_time.sampling_count += 1;
        over_time.peak_rss_bytes = over_time.peak_rss_bytes.max(Some(rss));
        over_time.samples.push((nanoseconds(at), rss));
        if over_time.samples.len() > KEPT {
            let mut index = 0;
            over_time.samples.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.interval *= 2;
        }
    }
}

/// The one with more resident; in either, the deepest stack of both.
fn larger(one: Option<StackSummary>, other: StackSummary) -> StackSummary {
    let Some(one) = one else { return other };
    let deepest_bytes = one.deepest_bytes.max(other.deepest_bytes);
    let larger = if one.resident_bytes > other.resident_bytes { one } else { other };
    StackSummary { deepest_bytes, ..larger }
}

/// Threads of these processes, by a number that the kernel has at hand.
fn threads(pids: &[u32]) -> u32 {
    let links = |pid: &u32| {
        std::fs::metadata(format!("/proc/{pid}/task")).map(|task| std::os::unix::fs::MetadataExt::nlink(&task))
    };
    let count = pids.iter().filter_map(|pid| links(pid).ok()).map(|links| links.saturating_sub(2)).sum::<u64>();
    u32::try_from(count).unwrap_or(u32::MAX / 4096)
}

/// Time that this thread had a CPU.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn watch() -> Watch {
        Watch::new(Arc::new(Account::without_cgroup("a test")), std::process::id())
    }

    /// What is seen in a time in which the sampler has its turn: on a busy machine that can be long.
    fn sampled(watch: impl Fn(Duration) -> Sampled) -> Sampled {
        let times = [350, 2_000, 10_000, 60_000].map(Duration::from_millis);
        times.into_iter().map(watch).find(|seen| seen.over_time.sampling_count > 0).unwrap()
    }

    /// A process that lives for some time, and ends before it is no longer watched.
    fn watched(time: Duration) -> Sampled {
        let mut account = Account::open();
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        account.add(child.id());
        let started = Instant::now();
        let sampler = Sampler::start(Arc::new(account), child.id(), Duration::from_millis(10)).unwrap();
        thread::sleep(time);
        drop(child.stdin.take());
        child.wait().unwrap();
        thread::sleep(Duration::from_millis(120));
        let seen = sampler.finish();
        let most = started.elapsed().as_millis() / INTERVAL.as_millis() + 1;
        assert!(u128::from(seen.over_time.sampling_count) <= most, "{most}: {:?}", seen.over_time);
        seen
    }

    #[test]
    fn a_process_is_seen_until_it_ends() {
        let seen = sampled(watched);
        let over_time = &seen.over_time;
        assert_eq!(over_time.samples.len() as u64, over_time.sampling_count);
        assert!(over_time.peak_rss_bytes > Some(100_000) && over_time.sampling_ns > 0);
        assert!(over_time.samples.iter().all(|(_, rss)| Some(*rss) <= over_time.peak_rss_bytes));
        assert!(over_time.samples.iter().is_sorted_by(|one, next| next.0 - one.0 >= 90_000_000), "{over_time:?}");
    }

    #[test]
    fn resident_memory_alone() {
        let me = std::process::id();
        let seen = sampled(|time| {
            let account = Arc::new(Account::without_cgroup("a test"));
            let sampler = Sampler::start_resident(account, me, Duration::from_millis(1)).unwrap();
            thread::sleep(time);
            sampler.finish()
        });
        assert!(seen.over_time.peak_rss_bytes > Some(1 << 20) && seen.over_time.sampling_count > 0);
        assert!(seen.last.is_none() && seen.summary.is_none() && seen.stacks.is_empty());
    }

    #[test]
    fn a_long_run_is_thinned_out_and_keeps_its_peak() {
        let mut watch = watch();
        for sample in 0..10_000_u64 {
            watch.note(Duration::from_millis(100 * sample), if sample == 1_001 { 9_999 } else { sample % 7 });
        }
        let over_time = &watch.seen.over_time;
        assert!(over_time.samples.len() <= KEPT && over_time.samples.len() > KEPT / 3);
        assert_eq!((over_time.peak_rss_bytes, over_time.sampling_count), (Some(9_999), 10_000));
        assert_eq!(over_time.samples[0].0, 0);
        assert!(over_time.samples.is_sorted() && watch.interval >= INTERVAL * 16);
    }

    #[test]
    fn stacks_are_looked_at_only_when_there_is_time_for_it() {
        let mut watch = watch();
        let me = [std::process::id()];
        assert!(!watch.affords_all(Duration::ZERO, &me) && watch.affords_all(Duration::from_secs(1), &me));
        watch.full_cost = Some(Duration::from_millis(500));
        assert!(!watch.affords_all(Duration::from_secs(9), &me) && watch.affords_all(Duration::from_secs(10), &me));
        watch.spent = Duration::from_millis(500);
        assert!(!watch.affords_all(Duration::from_secs(19), &me) && watch.affords_all(Duration::from_secs(20), &me));
    }

    #[test]
    fn the_largest_moment_and_the_deepest_stack() {
        let summary = |resident, deepest| StackSummary {
            resident_bytes: Some(resident),
            deepest_bytes: Some(deepest),
            ..StackSummary::default()
        };
        let kept = larger(Some(summary(100, 5)), summary(50, 9));
        assert_eq!((kept.resident_bytes, kept.deepest_bytes), (Some(100), Some(9)));
        assert_eq!(larger(None, summary(1, 2)), summary(1, 2));
    }

    #[test]
    fn threads_are_counted() {
        let before = threads(&[std::process::id()]);
        assert!(before >= 1 && threads(&[u32::MAX]) == 0);
    }
}
