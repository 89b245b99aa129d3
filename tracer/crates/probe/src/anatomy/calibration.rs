//! What the probes cost beyond the time that they measure themselves, and what entering the kernel costs.
//!
//! Between its two readings of the clock a program knows its own time. What remains - the way into the program and out of
//! it, and about one reading of the clock - is measured with a ring of our own, without any program, with those of one
//! family of hooks, with those of the other, and with all: by how much longer a task switch takes, less what the programs
//! measured. What the two families cost beyond the sum of each alone is shared among them.

use tracer_ebpf::{CpuRecord, HOOK_FAMILY_COUNT, HookFamily};

use super::{
    ring,
    session::{Options, Programs, Session},
};
use crate::{RunningKernel, session::ProbeForm};
use taskweight_core::{report::AnatomyCalibration, stats::summary::summarise};

/// Batches of the ring in one turn.
const RING_BATCHES: u32 = 24;
/// Batches of null system calls in one turn.
const SYSCALL_BATCHES: u32 = 24;

/// Medians of several rounds; each figure of its own.
pub fn combine(rounds: &[AnatomyCalibration]) -> anyhow::Result<AnatomyCalibration> {
    let figure = |of: fn(&AnatomyCalibration) -> f64| median(&rounds.iter().map(of).collect::<Vec<_>>());
    Ok(AnatomyCalibration {
        syscall_hook_ns: figure(|round| round.syscall_hook_ns)?,
        sched_hook_ns: figure(|round| round.sched_hook_ns)?,
        null_syscall_ns: figure(|round| round.null_syscall_ns)?,
        ring_ns: figure(|round| round.ring_ns)?,
    })
}

/// Measures on one CPU; to be repeated in turn with what it is to correct.
pub fn round(kernel: &RunningKernel, form: ProbeForm, cpu: u32) -> anyhow::Result<AnatomyCalibration> {
    let bare = median(&ring::hand_overs_ns(cpu, RING_BATCHES, |_| Ok(()))?)?;
    let under = |programs| watched(kernel, Options { root_pid: 0, form, programs, coarse: false }, cpu);
    let [syscall, sched] = hooks_ns(bare, &under(Programs::Syscall)?, &under(Programs::Sched)?, &under(Programs::All)?);
    Ok(AnatomyCalibration {
        syscall_hook_ns: syscall,
        sched_hook_ns: sched,
        null_syscall_ns: median(&ring::null_syscalls_ns(cpu, SYSCALL_BATCHES)?)?,
        ring_ns: bare,
    })
}

/// A ring under some of the programs: figures of one task switch.
#[derive(Clone, Copy, Debug)]
struct Watched {
    /// Its time, less what the programs measured of themselves.
    without_programs_ns: f64,
    /// Events, by [`HookFamily`].
    event_counts: [f64; HOOK_FAMILY_COUNT],
}

fn watched(kernel: &RunningKernel, options: Options, cpu: u32) -> anyhow::Result<Watched> {
    let mut session = Session::open(kernel, options)?;
    let mut before = CpuRecord::default();
    // As in a run that is measured, the path is followed.
    let batches = ring::hand_overs_ns(cpu, RING_BATCHES, |threads| {
        threads.iter().try_for_each(|thread| session.trace(*thread))?;
        session.open_window()?;
        before = session.cpu_record(cpu)?;
        Ok(())
    })?;
    let after = session.cpu_record(cpu)?;
    let per_hand_over =
        |after: u64, before: u64| (after - before) as f64 / f64::from(RING_BATCHES * ring::BATCH_HAND_OVERS);
    Ok(Watched {
        without_programs_ns: median(&batches)? - per_hand_over(after.probe_ns, before.probe_ns),
        event_counts: [0, 1].map(|family| per_hand_over(after.event_counts[family], before.event_counts[family])),
    })
}

/// What one event of each family costs beyond what the programs measured of themselves: the mean of what a family adds to
/// nothing and what it adds to the other. At least 0.
fn hooks_ns(bare_ns: f64, syscall: &Watched, sched: &Watched, all: &Watched) -> [f64; HOOK_FAMILY_COUNT] {
    let added = |alone: &Watched, other: &Watched, family: HookFamily| {
        let to_nothing = alone.without_programs_ns - bare_ns;
        let to_other = all.without_programs_ns - other.without_programs_ns;
        let events = alone.event_counts[family as usize];
        if events > 0.0 { ((to_nothing + to_other) / 2.0 / events).max(0.0) } else { 0.0 }
    };
    [added(syscall, sched, HookFamily::Syscall), added(sched, syscall, HookFamily::Sched)]
}

fn median(values: &[f64]) -> anyhow::Result<f64> {
    summarise(values).map(|summary| summary.median).ok_or_else(|| anyhow::anyhow!("nothing was measured"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(without_programs_ns: f64, event_counts: [f64; 2]) -> Watched {
        Watched { without_programs_ns, event_counts }
    }

    #[test]
    fn each_family_has_what_it_adds_and_half_of_what_only_both_together_add() {
        // 4 events of 50 ns and 5 of 20 ns; both together take another 60 ns.
        let (syscall, sched) = (watched(2200.0, [4.0, 0.0]), watched(2100.0, [0.0, 5.0]));
        let all = watched(2360.0, [4.0, 5.0]);
        assert_eq!(hooks_ns(2000.0, &syscall, &sched, &all), [50.0 + 7.5, 20.0 + 6.0]);
    }

    #[test]
    fn noise_does_not_make_a_hook_cost_less_than_nothing() {
        let quiet = watched(1990.0, [4.0, 5.0]);
        assert_eq!(hooks_ns(2000.0, &quiet, &quiet, &quiet), [0.0, 0.0]);
        let unseen = watched(2990.0, [0.0, 0.0]);
        assert_eq!(hooks_ns(2000.0, &unseen, &unseen, &unseen), [0.0, 0.0]);
    }

    #[test]
    fn one_round_that_was_disturbed_does_not_move_the_figures() {
        let round = |syscall_hook_ns| AnatomyCalibration { syscall_hook_ns, ..AnatomyCalibration::default() };
        let all = combine(&[round(50.0), round(900.0), round(52.0)]).expect("three rounds");
        assert_eq!(all.syscall_hook_ns, 52.0);
        assert!(combine(&[]).is_err());
    }
}
