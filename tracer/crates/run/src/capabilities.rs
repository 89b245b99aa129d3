//! The capabilities of taskweight itself: given up as soon as they are not needed, in two steps. docs/security.md has
//! the reason for each that is kept.

use caps::Capability::{
    CAP_BPF, CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_PERFMON, CAP_SETGID, CAP_SETPCAP,
    CAP_SETUID, CAP_SYS_ADMIN, CAP_SYS_PTRACE,
};
use caps::errors::CapsError;
use caps::{CapSet, Capability, CapsHashSet};
use nix::sys::prctl;
use thiserror::Error;

/// To load and attach, to start programs as somebody else, and all of [`TO_WATCH`].
const TO_MEASURE: [Capability; 11] = [
    CAP_BPF,
    CAP_PERFMON,
    CAP_SYS_ADMIN,
    CAP_SETUID,
    CAP_SETGID,
    CAP_SETPCAP,
    CAP_CHOWN,
    CAP_SYS_PTRACE,
    CAP_DAC_READ_SEARCH,
    CAP_KILL,
    CAP_DAC_OVERRIDE,
];

/// To look at the memory of somebody else's processes, to end them, and to put the report into its place.
const TO_WATCH: [Capability; 4] = [CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_DAC_OVERRIDE];

/// To end somebody else's processes, and to remove a cgroup below one of somebody else's.
const TO_CLEAN_UP: [Capability; 2] = [CAP_KILL, CAP_DAC_OVERRIDE];

/// A capability could not be given up: nothing is measured then.
#[derive(Debug, Error)]
pub enum PrivilegeError {
    /// The kernel refused.
    #[error("drop unneeded capabilities: {0}")]
    Capabilities(#[from] CapsError),
    /// The kernel refused.
    #[error("drop privileges permanently ({what}): {}", errno.desc())]
    Prctl {
        /// What was asked for.
        what: &'static str,
        /// What it said.
        errno: nix::Error,
    },
}

/// Gives up all capabilities that no measurement needs. To be called before there is a second thread: each has its own.
///
/// Those that measuring needs are no longer passed on to programs through the ambient set; other ambient ones are, since
/// they were meant for them. The inheritable set and the bounding set stay: a program under measurement has them as it
/// would without taskweight.
///
/// # Errors
/// When the kernel refuses.
pub fn keep_those_to_measure() -> Result<(), PrivilegeError> {
    let permitted = caps::read(None, CapSet::Permitted)?;
    if permitted.is_empty() {
        return Ok(());
    }
    // A program of the same user could otherwise attach to us, or take our descriptors.
    prctl::set_dumpable(false).map_err(|errno| PrivilegeError::Prctl { what: "PR_SET_DUMPABLE", errno })?;
    for capability in TO_MEASURE {
        caps::drop(None, CapSet::Ambient, capability)?;
    }
    let passed_on = caps::read(None, CapSet::Ambient)?;
    caps::set(None, CapSet::Effective, &intersection(&caps::read(None, CapSet::Effective)?, &TO_MEASURE))?;
    let kept = intersection(&permitted, &TO_MEASURE).union(&passed_on).copied().collect();
    Ok(caps::set(None, CapSet::Permitted, &kept)?)
}

/// Gives up what is needed to load, to attach and to start programs, and the ways of getting it back. What is loaded goes
/// on, and can be read.
///
/// # Errors
/// When the kernel refuses.
pub fn keep_those_to_watch() -> Result<(), PrivilegeError> {
    keep_for_good(&TO_WATCH)
}

/// Gives up all that is not needed to remove what a run has left, and the ways of getting it back.
///
/// # Errors
/// When the kernel refuses.
pub fn keep_those_to_clean_up() -> Result<(), PrivilegeError> {
    keep_for_good(&TO_CLEAN_UP)
}

fn keep_for_good(wanted: &[Capability]) -> Result<(), PrivilegeError> {
    prctl::set_no_new_privs().map_err(|errno| PrivilegeError::Prctl { what: "PR_SET_NO_NEW_PRIVS", errno })?;
    if caps::has_cap(None, CapSet::Effective, CAP_SETPCAP)? {
        caps::clear(None, CapSet::Bounding)?;
    }
    caps::clear(None, CapSet::Ambient)?;
    caps::clear(None, CapSet::Inheritable)?;
    let kept = intersection(&caps::read(None, CapSet::Effective)?, wanted);
    caps::set(None, CapSet::Effective, &kept)?;
    Ok(caps::set(None, CapSet::Permitted, &kept)?)
}

fn intersection(set: &CapsHashSet, wanted: &[Capability]) -> CapsHashSet {
    wanted.iter().filter(|capability| set.contains(capability)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_watches_could_have_measured() {
        assert!(TO_WATCH.iter().all(|capability| TO_MEASURE.contains(capability)));
    }

    #[test]
    fn nothing_is_kept_that_was_not_there() {
        let had = CapsHashSet::from([CAP_BPF, CAP_KILL]);
        assert_eq!(intersection(&had, &TO_WATCH), CapsHashSet::from([CAP_KILL]));
    }
}
