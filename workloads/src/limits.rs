//! The limits of the machine that many tasks run into.

use std::fs;

use anyhow::{Context, Result};
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};

/// Descriptors left for what is not a task: the standard streams, the runtime's own.
const SPARE_DESCRIPTORS: u64 = 32;

/// Raises the limit of open files so that every task can have a pipe: up to the hard limit, or beyond it where the
/// process may (root).
pub fn allow_pipes(tasks: u32) -> Result<()> {
    let needed = u64::from(tasks) + SPARE_DESCRIPTORS;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("read RLIMIT_NOFILE")?;
    let limit = hard.max(needed);
    setrlimit(Resource::RLIMIT_NOFILE, limit, limit).with_context(|| {
        format!(
            "{tasks} tasks need {needed} file descriptors, the hard limit RLIMIT_NOFILE is {hard}: raise it \
             (`ulimit -Hn {needed}` as root) or use fewer tasks"
        )
    })
}

/// The limits that stop the creation of threads, with their values, for an error message.
pub fn thread_limits() -> String {
    let [threads_max, pid_max, max_map_count] =
        ["kernel/threads-max", "kernel/pid_max", "vm/max_map_count"].map(sysctl);
    let processes = match getrlimit(Resource::RLIMIT_NPROC) {
        Ok((RLIM_INFINITY, _)) => "unlimited".to_owned(),
        Ok((soft, _)) => soft.to_string(),
        Err(_) => "unknown".to_owned(),
    };
    format!(
        "the limit is one of kernel.threads-max {threads_max}, kernel.pid_max {pid_max}, vm.max_map_count \
         {max_map_count} (about 4 a thread), RLIMIT_NPROC {processes}, pids.max of the cgroup"
    )
}

/// The limit that stops the creation of coroutines, with its value, for an error message.
pub fn mapping_limit() -> String {
    format!("the limit may be vm.max_map_count {} (2 a coroutine)", sysctl("vm/max_map_count"))
}

fn sysctl(name: &str) -> String {
    fs::read_to_string(format!("/proc/sys/{name}")).map_or("unknown".to_owned(), |value| value.trim().to_owned())
}
