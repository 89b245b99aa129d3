//! What differs from kernel to kernel beside the probes.

use std::{io, path::Path, ptr};

use taskweight_probe::{
    btf::{KernelTypes, VMLINUX},
    hook,
    preflight::{Finding, Standing},
    tracefs::Tracefs,
};

/// Tracepoints of the scheduler, tracefs, `io_uring`.
pub(super) fn findings() -> [Finding; 3] {
    [scheduler_tracepoints(), tracefs(), io_uring()]
}

fn finding(subject: &str, standing: Standing, remark: impl Into<String>) -> Finding {
    Finding { subject: subject.to_owned(), standing, remark: remark.into(), required: false }
}

/// What `anatomy` needs to tell the scheduler's work from the change of registers and stack.
fn scheduler_tracepoints() -> Finding {
    let types = KernelTypes::read(Path::new(VMLINUX));
    let has = |name| types.as_ref().is_ok_and(|types| types.tracepoint_arguments(name).is_ok_and(|has| has.is_some()));
    let names = || hook::of_segments().map(|(hook, _)| hook.name);
    let lacking: Vec<_> = names().filter(|name| !has(name)).collect();
    let subject = "scheduler tracepoints";
    if lacking.is_empty() {
        return finding(subject, Standing::Available, names().collect::<Vec<_>>().join(", "));
    }
    let remark = format!("no {} (Linux 6.16 has them): the switch breakdown merges two segments", lacking.join(", "));
    finding(subject, Standing::Missing, remark)
}

/// Only plain tracepoints need it.
fn tracefs() -> Finding {
    let subject = "tracefs";
    match (Tracefs::place(), Tracefs::open()) {
        (Some(place), Ok(_)) => finding(subject, Standing::Available, place),
        (None, Ok(_)) => finding(subject, Standing::Fallback, "not mounted: taskweight mounts it privately"),
        (_, Err(reason)) => finding(subject, Standing::Missing, reason),
    }
}

/// Asked with a wrong address, which a kernel that offers it objects to.
fn io_uring() -> Finding {
    // SAFETY: the kernel writes nothing to an address that it refuses.
    let answer = unsafe { libc::syscall(libc::SYS_io_uring_setup, 0, ptr::null_mut::<libc::c_void>()) };
    let errno = io::Error::last_os_error().raw_os_error().filter(|_| answer < 0);
    let subject = "io_uring";
    match errno {
        Some(libc::ENOSYS) => {
            finding(subject, Standing::Missing, "not in this kernel: no operation bypasses system calls")
        }
        Some(libc::EPERM) => finding(
            subject,
            Standing::Missing,
            "disabled by kernel.io_uring_disabled: no operation bypasses system calls",
        ),
        _ => finding(subject, Standing::Available, "its operations bypass system calls and are not counted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_has_a_reason() {
        for finding in findings() {
            assert!(!finding.remark.is_empty() && !finding.required, "{finding:?}");
        }
    }

    #[test]
    fn io_uring_is_either_there_or_not() {
        assert_ne!(io_uring().standing, Standing::Fallback);
    }
}
