//! The memory of one run, from before its first instruction on.

use procfs::process::Process;

use super::cgroup::RunCgroup;
use super::process::ProcessMemory;
use super::sample::Readings;
use super::stacks::{Stated, StatedStacks, ThreadStacks, figures};
use super::system::SystemMemory;
use taskweight_core::report::{Sample, StackSummary};

/// A cgroup for a run where one can be had, and the state of the machine before it.
///
/// It is to be dropped when the run's processes have ended and were waited for; those that live on leave its cgroup.
#[derive(Debug)]
pub struct Account {
    cgroup: Result<RunCgroup, String>,
    before: Result<SystemMemory, String>,
}

/// What was found at one moment.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// The columns.
    pub sample: Sample,
    /// Stacks in sum.
    pub summary: StackSummary,
    /// Stacks of threads one by one.
    pub stacks: ThreadStacks,
    /// Resident pages of all processes, those that are shared in full; `None` when none is left.
    pub rss_bytes: Option<u64>,
}

impl Account {
    /// Makes a cgroup for a run. Where none can be made, the account works without, and every sample says why.
    #[must_use]
    pub fn open() -> Self {
        Self { cgroup: RunCgroup::create(), before: Err(String::from("no process was added")) }
    }

    /// An account without a cgroup.
    #[must_use]
    pub fn without_cgroup(reason: &str) -> Self {
        Self { cgroup: Err(reason.to_owned()), before: Err(String::from("no process was added")) }
    }

    /// Adds the suspended first process of the run. It is the last thing to be done before it is released: what
    /// happens to the machine from now on is taken for the run's where there is no cgroup.
    pub fn add(&mut self, pid: u32) {
        if let Err(reason) = self.cgroup.as_ref().map_or(Ok(()), |cgroup| cgroup.add(pid)) {
            self.cgroup = Err(reason);
        }
        self.before = SystemMemory::read();
    }

    /// Why the run has no cgroup.
    #[must_use]
    pub fn no_cgroup(&self) -> Option<&str> {
        self.cgroup.as_ref().err().map(String::as_str)
    }

    /// The processes of the run that live, `root` first: those in its cgroup, without one `root` and its descendants.
    #[must_use]
    pub fn pids(&self, root: u32) -> Vec<u32> {
        let in_cgroup = self.cgroup.as_ref().ok().and_then(|cgroup| cgroup.pids().ok());
        let mut pids = in_cgroup.unwrap_or_else(|| with_descendants(root));
        pids.sort_unstable_by_key(|pid| (*pid != root, *pid));
        pids
    }

    /// Takes a sample of these processes. What a workload states of its stacks is of the first of them.
    #[must_use]
    pub fn sample(&self, pids: &[u32], stated: &Stated) -> Moment {
        self.sample_with(pids, stated, || ThreadStacks::of_all(pids))
    }

    /// The same without looking at stacks, which is much cheaper where there are many threads. `reason` says why.
    #[must_use]
    pub fn sample_without_stacks(&self, pids: &[u32], reason: &str) -> Moment {
        self.sample_with(pids, &Stated::default(), || Err(reason.to_owned()))
    }

    fn sample_with(
        &self,
        pids: &[u32],
        stated: &Stated,
        threads: impl FnOnce() -> Result<ThreadStacks, String>,
    ) -> Moment {
        // The cgroup first: reading the rest makes the kernel allocate on our account, not on the run's.
        let cgroup = self.cgroup.as_ref().map_err(String::clone).and_then(RunCgroup::memory);
        let now = SystemMemory::read();
        let processes = together(pids);
        let threads = threads();
        let address_space = processes.as_ref().ok().and_then(|memory| memory.reserved_bytes).unwrap_or_default();
        let found = figures::figures(&threads, stated, |stacks| {
            let pid = pids.first().ok_or_else(|| String::from("all processes have exited"))?;
            StatedStacks::read(*pid, stacks, address_space)
        });
        let rss_bytes = processes.as_ref().ok().map(|memory| memory.rollup.rss_bytes);
        let (stack_reserved, stack_resident) = (found.reserved, found.resident);
        let before = self.before.clone();
        let readings = Readings { processes, cgroup, before, now, stack_reserved, stack_resident };
        Moment { sample: readings.sample(), summary: found.summary, stacks: threads.unwrap_or_default(), rss_bytes }
    }
}

/// The memory of those of these processes that live.
fn together(pids: &[u32]) -> Result<ProcessMemory, String> {
    let mut sum: Option<ProcessMemory> = None;
    for &pid in pids {
        let Some(one) = ProcessMemory::read(pid)? else { continue };
        sum = Some(sum.map_or(one, |sum| sum.plus(&one)));
    }
    sum.ok_or_else(|| String::from("all processes have exited"))
}

/// A process and all that descend from it, as far as the kernel lists them. Orphans are not found.
fn with_descendants(root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        let tasks = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok()?.tasks().ok());
        let children = tasks.into_iter().flatten().flatten().filter_map(|task| task.children().ok());
        found.extend(children.flatten());
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    fn cat() -> Child {
        Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
    }

    fn end(mut child: Child) {
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn a_process_has_every_column_or_a_reason() {
        let mut account = Account::open();
        let child = cat();
        account.add(child.id());
        while account.sample(&[child.id()], &Stated::default()).summary.found == 0 {}
        assert_eq!(account.pids(child.id()), [child.id()]);
        let moment = account.sample(&[child.id()], &Stated::default());
        println!("{moment:#?}\n{:?}", account.no_cgroup());
        let figures = moment.sample.figures;
        assert!(figures.reserved_bytes > figures.other_resident_bytes && figures.page_tables_bytes > Some(4_096));
        assert!(figures.stack_resident_bytes > Some(4_096) && moment.rss_bytes > figures.stack_resident_bytes);
        assert!(figures.columns().iter().all(|(name, _)| moment.sample.sources.contains_key(*name)));
        let without = account.sample_without_stacks(&[child.id()], "too many threads");
        assert_eq!(without.sample.figures.stack_resident_bytes, None);
        assert_eq!(without.sample.sources["stack_resident_bytes"], "too many threads");
        assert!(without.sample.figures.other_resident_bytes >= figures.stack_resident_bytes);
        end(child);
    }

    #[test]
    fn what_has_ended_has_reasons_only() {
        let mut account = Account::without_cgroup("a test");
        let child = cat();
        let pid = child.id();
        account.add(pid);
        end(child);
        let moment = account.sample(&[pid], &Stated::default());
        assert_eq!(moment.sample.figures.reserved_bytes, None);
        assert_eq!(moment.sample.sources["reserved_bytes"], "all processes have exited");
        assert_eq!((moment.rss_bytes, moment.summary.resident_bytes), (None, None));
    }

    #[test]
    fn descendants_without_a_cgroup() {
        let child = Command::new("sh").args(["-c", "cat & cat; wait"]).stdin(Stdio::piped()).spawn().unwrap();
        let account = Account::without_cgroup("a test");
        while account.pids(child.id()).len() < 2 {
            std::thread::yield_now();
        }
        assert_eq!(account.pids(child.id())[0], child.id());
        end(child);
    }
}
