//! The names of cgroups that taskweight makes: they tell whose they are, and whether their maker still lives.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use procfs::FromRead;
use procfs::process::Stat;

/// What all names begin with.
const PREFIX: &str = "taskweight";

/// A process that makes cgroups. Its number alone says little: numbers are used again, and every pid namespace has
/// its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pid: u32,
    /// Clock ticks since boot.
    started: u64,
    /// Inode of the pid namespace.
    namespace: u64,
}

impl Owner {
    /// taskweight itself.
    pub(super) fn this_process() -> Result<Self, String> {
        let pid = std::process::id();
        let started = start_of(pid).ok_or_else(|| format!("/proc/{pid}/stat: not readable"))?;
        let namespace = fs::metadata("/proc/self/ns/pid").map_err(|error| format!("/proc/self/ns/pid: {error}"))?;
        Ok(Self { pid, started, namespace: namespace.ino() })
    }

    /// `taskweight-PID-STARTED-NAMESPACE-NUMBER`.
    pub(super) fn name(&self, number: u32) -> String {
        format!("{PREFIX}-{}-{}-{}-{number}", self.pid, self.started, self.namespace)
    }

    /// Whether a cgroup was made by a process of this namespace that lives no more.
    pub(super) fn finds_left_over(&self, name: &str) -> bool {
        let Some(maker) = Self::of(name) else { return false };
        maker.namespace == self.namespace && start_of(maker.pid) != Some(maker.started)
    }

    fn of(name: &str) -> Option<Self> {
        let numbers: Option<Vec<u64>> =
            name.strip_prefix(PREFIX)?.strip_prefix('-')?.split('-').map(|word| word.parse().ok()).collect();
        match numbers?.as_slice() {
            &[pid, started, namespace, _number] => Some(Self { pid: pid.try_into().ok()?, started, namespace }),
            _ => None,
        }
    }
}

/// When a process was started; `None` when there is no such process.
fn start_of(pid: u32) -> Option<u64> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    Stat::from_read(stat.as_slice()).ok().map(|stat| stat.starttime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_taskweight_made_is_left_over() {
        let me = Owner::this_process().unwrap();
        assert_eq!(Owner::of(&me.name(7)), Some(me));
        assert!(!me.finds_left_over(&me.name(0)), "that one lives");
        let earlier = Owner { started: me.started - 1, ..me };
        assert!(me.finds_left_over(&earlier.name(0)), "the same number, given to another process since");
        assert!(me.finds_left_over(&Owner { pid: u32::MAX, ..me }.name(3)));
        let elsewhere = Owner { pid: u32::MAX, namespace: me.namespace + 1, ..me };
        assert!(!me.finds_left_over(&elsewhere.name(0)), "cannot be seen from here");
    }

    #[test]
    fn names_of_others_are_theirs() {
        let me = Owner::this_process().unwrap();
        let namespace = me.namespace;
        for name in ["taskweight", "taskweight-", "system.slice", "taskweight-service-1-2-3", "taskweightx-1-2-3-4"] {
            assert!(!me.finds_left_over(name), "{name}");
        }
        for name in [format!("taskweight-1-2-{namespace}"), format!("my-taskweight-1-2-{namespace}-4")] {
            assert!(!me.finds_left_over(&name), "{name}");
        }
        assert!(!me.finds_left_over(&format!("taskweight-4294967295-2-{namespace}-4-5")));
        assert!(!me.finds_left_over(&format!("taskweight--5-2-{namespace}-4")));
    }
}
