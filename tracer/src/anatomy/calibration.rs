//! What the probes cost beyond the time that they measure themselves, and what entering the kernel costs.
//!
//! Between its two readings of the clock a program knows its own time. What remains - the way into the program and out of
//! it, and about one reading of the clock - is measured with a ring of our own, once without any program and once with
//! those of one family of hooks: by how much longer a hand-over takes, less what the programs measured, by event.

use tracer_ebpf::{CpuRecord, HookFamily};

use super::{
    ring,
    session::{Options, Programs, Session},
};
use crate::{
    kernel::{RunningKernel, session::ProbeForm},
    report::model::AnatomyCalibration,
    stats::summary::summarise,
};

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
    let ring_ns = median(&ring::hand_overs_ns(cpu, RING_BATCHES)?)?;
    let hook = |programs, family| {
        let watched = watched(kernel, Options { root_pid: 0, form, programs, coarse: false }, cpu)?;
        anyhow::Ok(watched.hook_ns(ring_ns, family))
    };
    Ok(AnatomyCalibration {
        syscall_hook_ns: hook(Programs::Syscall, HookFamily::Syscall)?,
        sched_hook_ns: hook(Programs::Sched, HookFamily::Sched)?,
        null_syscall_ns: median(&ring::null_syscalls_ns(cpu, SYSCALL_BATCHES)?)?,
        ring_ns,
    })
}

/// A ring under some of the programs.
#[derive(Clone, Copy, Debug)]
struct Watched {
    hand_over_ns: f64,
    hand_overs: f64,
    record: CpuRecord,
}

fn watched(kernel: &RunningKernel, options: Options, cpu: u32) -> anyhow::Result<Watched> {
    let session = Session::open(kernel, options)?;
    let before = session.cpu_record(cpu)?;
    let batches = ring::hand_overs_ns(cpu, RING_BATCHES)?;
    let after = session.cpu_record(cpu)?;
    let difference = |family: usize| after.event_counts[family] - before.event_counts[family];
    Ok(Watched {
        hand_over_ns: median(&batches)?,
        hand_overs: f64::from(RING_BATCHES * ring::BATCH_HAND_OVERS),
        record: CpuRecord {
            probe_ns: after.probe_ns - before.probe_ns,
            event_counts: [difference(0), difference(1)],
            ..CpuRecord::default()
        },
    })
}

impl Watched {
    /// By how much an event makes a hand-over longer beyond what the programs measured of themselves; at least 0.
    fn hook_ns(&self, bare_ns: f64, family: HookFamily) -> f64 {
        let events = self.record.event_counts[family as usize] as f64;
        if events == 0.0 {
            return 0.0;
        }
        let events_per_hand_over = events / self.hand_overs;
        let within = self.record.probe_ns as f64 / events;
        ((self.hand_over_ns - bare_ns) / events_per_hand_over - within).max(0.0)
    }
}

fn median(values: &[f64]) -> anyhow::Result<f64> {
    summarise(values).map(|summary| summary.median).ok_or_else(|| anyhow::anyhow!("nothing was measured"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(hand_over_ns: f64, probe_ns: u64, events: u64) -> Watched {
        let record = CpuRecord { probe_ns, event_counts: [events, 0], ..CpuRecord::default() };
        Watched { hand_over_ns, hand_overs: 1000.0, record }
    }

    #[test]
    fn what_a_program_measures_of_itself_is_not_counted_twice() {
        // Four events per hand-over, of 50 ns each, make it 400 ns longer: 100 an event.
        let watched = watched(2400.0, 200_000, 4000);
        assert_eq!(watched.hook_ns(2000.0, HookFamily::Syscall), 50.0);
    }

    #[test]
    fn noise_does_not_make_a_hook_cost_less_than_nothing() {
        assert_eq!(watched(1990.0, 200_000, 4000).hook_ns(2000.0, HookFamily::Syscall), 0.0);
        assert_eq!(watched(2400.0, 0, 0).hook_ns(2000.0, HookFamily::Syscall), 0.0);
    }

    #[test]
    fn one_round_that_was_disturbed_does_not_move_the_figures() {
        let round = |syscall_hook_ns| AnatomyCalibration { syscall_hook_ns, ..AnatomyCalibration::default() };
        let all = combine(&[round(50.0), round(900.0), round(52.0)]).expect("three rounds");
        assert_eq!(all.syscall_hook_ns, 52.0);
        assert!(combine(&[]).is_err());
    }
}
