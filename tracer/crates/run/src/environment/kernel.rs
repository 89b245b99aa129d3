//! What the kernel tells of its own build and set-up.

use super::chosen;
use super::source::{Finding, Source};

const PREEMPT: &str = "sys/kernel/debug/sched/preempt";

/// As `uname -rv`.
pub(super) fn version(source: &Source) -> Finding<String> {
    Ok(format!("{} {}", source.text("proc/sys/kernel/osrelease")?, build(source)?))
}

fn build(source: &Source) -> Finding<String> {
    source.text("proc/sys/kernel/version")
}

/// The preemption model: of a kernel that can change it, only the file in debugfs knows.
pub(super) fn preemption(source: &Source) -> Finding<String> {
    let switchable = source.text(PREEMPT);
    if let Some(choice) = switchable.as_deref().ok().and_then(|choices| chosen(choices, '(', ')')) {
        return Ok(choice);
    }
    let build = build(source)?;
    let tokens: Vec<&str> = build.split_whitespace().filter(|token| token.starts_with("PREEMPT")).collect();
    match tokens.as_slice() {
        [] => Ok("none or voluntary".to_owned()),
        ["PREEMPT_DYNAMIC"] => {
            Err(format!("chosen at boot and not readable: {}", switchable.err().unwrap_or_default()))
        }
        ["PREEMPT"] => Ok("full".to_owned()),
        [token, ..] => Ok(token.trim_start_matches("PREEMPT_").to_lowercase()),
    }
}

/// Which cgroup version has the memory controller. Both can be mounted; only one of them has it.
pub(super) fn memory_cgroup(source: &Source) -> Finding<String> {
    let mounts = source.text("proc/mounts")?;
    let mounts: Vec<Vec<&str>> = mounts.lines().map(|line| line.split(' ').collect()).collect();
    let is_v1 = |mount: &Vec<&str>| match mount.as_slice() {
        [_, _, "cgroup", options, ..] => options.split(',').any(|option| option == "memory"),
        _ => false,
    };
    let is_v2 = |mount: &Vec<&str>| match mount.as_slice() {
        [_, place, "cgroup2", ..] => {
            let controllers = source.text(&format!("{}/cgroup.controllers", place.trim_start_matches('/')));
            controllers.is_ok_and(|controllers| controllers.split_whitespace().any(|name| name == "memory"))
        }
        _ => false,
    };
    let version = if mounts.iter().any(is_v1) {
        "v1"
    } else if mounts.iter().any(is_v2) {
        "v2"
    } else {
        "none"
    };
    Ok(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::source::tests::tree;
    use super::*;

    fn preemption_of(files: &[(&str, &str)]) -> Finding<String> {
        preemption(&Source::new(tree(files).path()))
    }

    #[test]
    fn preemption_models() {
        let build = |text: &'static str| preemption_of(&[("proc/sys/kernel/version", text)]);
        assert_eq!(build("#1 SMP PREEMPT_RT Debian").as_deref(), Ok("rt"));
        assert_eq!(build("#1 SMP PREEMPT Debian").as_deref(), Ok("full"));
        assert_eq!(build("#1 SMP Debian").as_deref(), Ok("none or voluntary"));
        let reason = build("#1 SMP PREEMPT_DYNAMIC Debian").unwrap_err();
        assert!(reason.contains("/sys/kernel/debug/sched/preempt: No such file"), "{reason}");
        let choices = [(PREEMPT, "none voluntary (full) lazy\n"), ("proc/sys/kernel/version", "PREEMPT_DYNAMIC")];
        assert_eq!(preemption_of(&choices).as_deref(), Ok("full"));
    }

    #[test]
    fn memory_controllers() {
        let version = |files: &[(&str, &str)]| memory_cgroup(&Source::new(tree(files).path()));
        let hybrid =
            "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n";
        assert_eq!(version(&[("proc/mounts", hybrid)]).as_deref(), Ok("v1"));
        let unified = ("proc/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
        assert_eq!(version(&[unified, ("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")]).as_deref(), Ok("v2"));
        assert_eq!(version(&[unified, ("sys/fs/cgroup/cgroup.controllers", "cpu\n")]).as_deref(), Ok("none"));
        assert!(version(&[]).is_err());
    }
}
