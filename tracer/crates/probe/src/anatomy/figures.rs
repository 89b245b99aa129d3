//! From what was recorded to the figures of the report.

use std::collections::BTreeMap;

use tracer_ebpf::{HookFamily, INTERRUPT_COUNT, Interrupt, InterruptTotals, Part, Path, PathLoss, Segment};

use taskweight_core::{
    plan::Job,
    report::{Anatomy, AnatomyCalibration, AnatomyInterrupts, AnatomySegment, Histogram, Quantiles},
    stats::{histogram::merge, summary::summarise},
};

/// A traced run between two twins.
#[derive(Clone, Debug)]
pub struct Repetition {
    /// Operations of each run.
    pub operations: u64,
    /// Length of the window without probes, in nanoseconds: before the traced run and after it.
    pub twins_ns: [u64; 2],
    /// Length of the window with probes, in nanoseconds.
    pub traced_ns: u64,
    /// The path and its totals.
    pub path: Path,
    /// Times of the segments of whole task switches, by segment.
    pub histograms: Vec<Histogram>,
    /// Events that the kernel withheld.
    pub recursion_misses: u64,
    /// Whether the exit from the scheduler was watched.
    pub sees_schedule_exit: bool,
    /// Interrupts of traced threads, by kind.
    pub interrupts: [InterruptTotals; INTERRUPT_COUNT],
    /// Interrupts that were not seen.
    pub unseen: Vec<String>,
    /// What was not separated.
    pub merged: Vec<String>,
}

/// Step of the textbook that a segment belongs to.
const fn step(segment: Segment) -> &'static str {
    match segment {
        Segment::User => "user",
        Segment::OtherSyscalls => "other calls",
        Segment::WakerSyscall | Segment::WakeUp => "wake",
        Segment::WakerRest => "waker gives way",
        Segment::RunQueueWait | Segment::IdleExit | Segment::Blocked => "wait",
        Segment::Scheduling => "schedule",
        Segment::StateSwitch => "save, restore",
        Segment::WakeeSyscall => "return",
    }
}

/// The figures of one job from its repetitions, of which there is at least one.
pub fn assemble(job: &Job, repetitions: &[Repetition], calibration: &AnatomyCalibration) -> Anatomy {
    let is_pinned = job.pinned.is_some();
    let of = |one: &Segment| segment(*one, repetitions, calibration, is_pinned);
    let measured: Vec<_> = Segment::ALL.iter().filter_map(of).collect();
    let segments = split_user(measured, repetitions, calibration);
    let sum_ns = segments.iter().map(|segment| segment.per_hand_over_ns).sum();
    let twins = repetitions.iter().flat_map(|one| one.twins_ns.map(|ns| (ns as f64, one.operations)));
    let twin_ns = per_operation(twins);
    Anatomy {
        model: job.model.name.to_owned(),
        scenario: job.scenario.name().to_owned(),
        tasks: job.tasks,
        pinned: job.pinned,
        repetitions: repetitions.len() as u32,
        operations: repetitions.iter().map(|one| one.operations).sum(),
        hand_overs: repetitions.iter().map(|one| one.path.hand_over_count).sum(),
        partial_hand_overs: repetitions.iter().map(|one| one.path.partial_count).sum(),
        segments,
        sum_ns,
        twin_ns,
        unexplained_ns: twin_ns - sum_ns,
        traced_ns: over(repetitions, |one| one.traced_ns as f64),
        path_ns: over(repetitions, |one| (one.path.mark.ns - one.path.started_ns) as f64),
        interrupts: interrupts(repetitions, calibration),
        interrupts_unseen: repetitions.first().map_or_else(Vec::new, |one| one.unseen.clone()),
        merged: repetitions.first().map_or_else(Vec::new, |one| one.merged.clone()),
        calibration: *calibration,
        loss: loss(repetitions),
    }
}

/// Everything on the path in one segment, task switches that were seen in part included.
fn total(repetition: &Repetition, segment: Segment) -> Part {
    let mut part = repetition.path.totals[segment as usize];
    part.add(&repetition.path.parts[segment as usize]);
    part
}

/// What the probes took within some stretches of the path, in nanoseconds.
fn probes_ns(part: &Part, calibration: &AnatomyCalibration) -> f64 {
    let hooks = |family: HookFamily| part.half_hook_counts[family as usize] as f64 / 2.0;
    part.probe_ns as f64
        + hooks(HookFamily::Syscall) * calibration.syscall_hook_ns
        + hooks(HookFamily::Sched) * calibration.sched_hook_ns
}

fn corrected_ns(part: &Part, calibration: &AnatomyCalibration) -> f64 {
    (part.ns as f64 - probes_ns(part, calibration)).max(0.0)
}

/// On one CPU these are waits for programs that have nothing to do with the work.
const fn is_wait_for_others(segment: Segment) -> bool {
    matches!(segment, Segment::RunQueueWait | Segment::Blocked)
}

/// What the probes leave of the path without the waits for others, as a share.
fn share_of_work(repetition: &Repetition, calibration: &AnatomyCalibration) -> f64 {
    let work = || Segment::ALL.iter().filter(|one| !is_wait_for_others(**one)).map(|one| total(repetition, *one));
    let raw: f64 = work().map(|part| part.ns as f64).sum();
    let corrected: f64 = work().map(|part| corrected_ns(&part, calibration)).sum();
    if raw > 0.0 { corrected / raw } else { 1.0 }
}

/// A segment, unless it never occurred. Other programs take a share of a CPU's time: who takes twice as long for being
/// traced waits for them twice as long, too.
fn segment(
    segment: Segment,
    all: &[Repetition],
    calibration: &AnatomyCalibration,
    is_pinned: bool,
) -> Option<AnatomySegment> {
    let totals = || all.iter().map(|one| total(one, segment));
    let stretches: u64 = totals().map(|part| part.count).sum();
    if stretches == 0 {
        return None;
    }
    let histogram = merge(all.iter().map(|one| &one.histograms[segment as usize]));
    let raw_ns = quantiles(&histogram, 0.0);
    let taken_ns: f64 = totals().map(|part| probes_ns(&part, calibration)).sum::<f64>() / stretches as f64;
    let corrected = |one: &Repetition| {
        let is_stretched = is_pinned && is_wait_for_others(segment);
        let share = if is_stretched { share_of_work(one, calibration) } else { 1.0 };
        corrected_ns(&total(one, segment), calibration) * share
    };
    Some(AnatomySegment {
        name: segment.name().to_owned(),
        step: step(segment).to_owned(),
        count: Some(histogram.count),
        raw_ns,
        corrected_ns: quantiles(&histogram, taken_ns),
        raw_per_hand_over_ns: Some(over(all, |one| total(one, segment).ns as f64)),
        per_hand_over_ns: over(all, corrected),
    })
}

fn quantiles(histogram: &Histogram, less_ns: f64) -> Quantiles {
    let corrected = |ns: Option<u64>| ns.map(|ns| (ns as f64 - less_ns).max(0.0));
    Quantiles { p50: corrected(histogram.p50), p99: corrected(histogram.p99) }
}

/// The way out of the kernel and the one into it are at the ends of each stretch in user mode, outside of the tracepoints:
/// the time of a null system call, one half each, is taken out of it.
fn split_user(
    measured: Vec<AnatomySegment>,
    all: &[Repetition],
    calibration: &AnatomyCalibration,
) -> Vec<AnatomySegment> {
    let mut segments = Vec::new();
    for mut segment in measured {
        if segment.name != Segment::User.name() {
            segments.push(segment);
            continue;
        }
        let stretches_ns = |one: &Repetition| total(one, Segment::User).count as f64 * calibration.null_syscall_ns;
        let kernel_ns = over(all, stretches_ns).min(segment.per_hand_over_ns);
        segment.per_hand_over_ns -= kernel_ns;
        let less = |ns: Option<f64>| ns.map(|ns| (ns - calibration.null_syscall_ns).max(0.0));
        segment.corrected_ns = Quantiles { p50: less(segment.corrected_ns.p50), p99: less(segment.corrected_ns.p99) };
        segments.extend([half("leave_kernel", "leave kernel", kernel_ns), segment]);
        segments.push(half("enter_kernel", "enter kernel", kernel_ns));
    }
    segments
}

fn half(name: &str, step: &str, kernel_ns: f64) -> AnatomySegment {
    AnatomySegment {
        name: name.to_owned(),
        step: step.to_owned(),
        per_hand_over_ns: kernel_ns / 2.0,
        ..AnatomySegment::default()
    }
}

/// Median of the repetitions of a time per operation.
fn over(all: &[Repetition], ns: impl Fn(&Repetition) -> f64) -> f64 {
    per_operation(all.iter().map(|one| (ns(one), one.operations)))
}

/// Median of times, each divided by its operations.
fn per_operation(times: impl Iterator<Item = (f64, u64)>) -> f64 {
    let values: Vec<_> = times.map(|(ns, operations)| ns / operations.max(1) as f64).collect();
    summarise(&values).map_or(0.0, |summary| summary.median)
}

/// The programs measured their own time in between; half a hook at each end remains to be taken out.
fn interrupts(all: &[Repetition], calibration: &AnatomyCalibration) -> BTreeMap<String, AnatomyInterrupts> {
    let operations: u64 = all.iter().map(|one| one.operations).sum();
    let of = |kind: &Interrupt| {
        let InterruptTotals { count, ns } = all.iter().map(|one| one.interrupts[*kind as usize]).sum();
        let ns = (ns as f64 - count as f64 * calibration.sched_hook_ns).max(0.0);
        let mean_ns = (count > 0).then(|| ns / count as f64);
        let interrupts = AnatomyInterrupts { count, mean_ns, per_hand_over_ns: ns / operations.max(1) as f64 };
        (kind.name().to_owned(), interrupts)
    };
    Interrupt::ALL.iter().map(of).collect()
}

fn loss(all: &[Repetition]) -> BTreeMap<String, u64> {
    let sum = |of: &dyn Fn(&Repetition) -> u64| all.iter().map(of).sum();
    let cause = |cause: &PathLoss| {
        let is_one = |one: &Repetition| *cause != PathLoss::ScheduleExitUnseen || one.sees_schedule_exit;
        let count = sum(&|one| if is_one(one) { one.path.losses[*cause as usize] } else { 0 });
        (cause.name().to_owned(), count)
    };
    let mut loss: BTreeMap<_, _> = PathLoss::ALL.iter().map(cause).collect();
    loss.insert(String::from("recursion_misses"), sum(&|one| one.recursion_misses));
    loss.insert(String::from("lost_ns"), sum(&|one| one.path.lost_ns));
    loss
}

#[cfg(test)]
mod tests {
    use tracer_ebpf::{Mark, Path, SEGMENT_COUNT};

    use super::*;
    use taskweight_core::{catalog::MODELS, scenario::Scenario, stats::histogram::of_durations};

    const CALIBRATION: AnatomyCalibration =
        AnatomyCalibration { syscall_hook_ns: 40.0, sched_hook_ns: 20.0, null_syscall_ns: 100.0, ring_ns: 2000.0 };

    fn job() -> Job {
        Job {
            model: &MODELS[0],
            scenario: Scenario::Switch,
            tasks: 2,
            pinned: Some(1),
            operations: 10,
            rate: None,
            depth: None,
            touch_bytes: None,
        }
    }

    /// Ten task switches of 1000 ns, half of it in user mode and half in the scheduler, and two events at each border.
    fn repetition() -> Repetition {
        let part = |half_hook_counts| Part { count: 10, ns: 5000, probe_ns: 500, half_hook_counts };
        let mut path = Path { started_ns: 1000, hand_over_count: 10, ..Path::default() };
        path.mark = Mark { ns: 11_000, ..Mark::default() };
        path.totals[Segment::User as usize] = part([20, 0]);
        path.totals[Segment::Scheduling as usize] = part([0, 20]);
        let histogram = |index: usize| match path.totals[index].count {
            0 => Histogram::default(),
            count => of_durations(&[(500, count)]),
        };
        let histograms = (0..SEGMENT_COUNT).map(histogram).collect();
        let merged = Vec::new();
        let mut interrupts = [InterruptTotals::default(); INTERRUPT_COUNT];
        interrupts[Interrupt::Timer as usize] = InterruptTotals { count: 2, ns: 4040 };
        Repetition {
            operations: 10,
            twins_ns: [8400, 8600],
            traced_ns: 10_100,
            path,
            histograms,
            recursion_misses: 0,
            sees_schedule_exit: true,
            interrupts,
            unseen: Vec::new(),
            merged,
        }
    }

    #[test]
    fn what_the_probes_took_is_subtracted_where_they_took_it() {
        let anatomy = assemble(&job(), &[repetition()], &CALIBRATION);
        let all: Vec<_> = anatomy.segments.iter().map(|one| (one.name.as_str(), one.per_hand_over_ns)).collect();
        // 500 less 50 measured and 40 or 20 of the hook; of user mode another 100 are the null system call.
        let expected = [("leave_kernel", 50.0), ("user", 310.0), ("enter_kernel", 50.0), ("scheduling", 430.0)];
        assert_eq!(all, expected);
        assert_eq!((anatomy.sum_ns, anatomy.twin_ns, anatomy.unexplained_ns), (840.0, 850.0, 10.0));
        assert_eq!((anatomy.traced_ns, anatomy.path_ns), (1010.0, 1000.0));
        let scheduling = &anatomy.segments[3];
        assert_eq!((scheduling.raw_ns.p50, scheduling.corrected_ns.p50), (Some(500.0), Some(430.0)));
        assert_eq!((scheduling.raw_per_hand_over_ns, scheduling.count), (Some(500.0), Some(10)));
        assert_eq!(anatomy.segments[0].count, None, "nobody counted it");
    }

    #[test]
    fn the_way_through_the_kernel_takes_no_more_of_user_mode_than_there_is() {
        let calibration = AnatomyCalibration { null_syscall_ns: 9000.0, ..CALIBRATION };
        let anatomy = assemble(&job(), &[repetition()], &calibration);
        assert_eq!(anatomy.segments[1].per_hand_over_ns, 0.0);
        assert_eq!(anatomy.segments[1].corrected_ns.p50, Some(0.0));
        assert_eq!(anatomy.sum_ns, 840.0, "what is split adds up to what it was");
    }

    #[test]
    fn no_segment_is_negative_however_dear_the_probes() {
        let calibration = AnatomyCalibration { sched_hook_ns: 1e6, syscall_hook_ns: 1e6, ..CALIBRATION };
        let anatomy = assemble(&job(), &[repetition()], &calibration);
        assert!(anatomy.segments.iter().all(|one| one.per_hand_over_ns == 0.0), "{:?}", anatomy.segments);
    }

    #[test]
    fn a_model_that_does_not_pass_through_the_kernel_has_one_segment_and_no_quantiles() {
        let mut repetition = repetition();
        repetition.path.totals = Default::default();
        repetition.path.parts[Segment::User as usize] = Part { count: 1, ns: 10_000, ..Part::default() };
        repetition.histograms = vec![Histogram::default(); SEGMENT_COUNT];
        let anatomy = assemble(&job(), &[repetition], &CALIBRATION);
        let user = anatomy.segments.iter().find(|one| one.name == "user").expect("the program ran");
        assert_eq!((user.raw_ns, user.count), (Quantiles::default(), Some(0)));
        assert_eq!((user.raw_per_hand_over_ns, anatomy.sum_ns), (Some(1000.0), 1000.0));
    }

    #[test]
    fn interrupts_are_counted_and_their_hooks_subtracted() {
        let interrupts = assemble(&job(), &[repetition()], &CALIBRATION).interrupts;
        let expected = AnatomyInterrupts { count: 2, mean_ns: Some(2000.0), per_hand_over_ns: 400.0 };
        assert_eq!(interrupts["timer"], expected);
        assert_eq!(interrupts["device"], AnatomyInterrupts::default());
    }

    #[test]
    fn who_is_slowed_down_by_probes_waits_longer_for_others_on_the_same_cpu() {
        let mut repetition = repetition();
        repetition.path.totals[Segment::RunQueueWait as usize] = Part { count: 1, ns: 10_000, ..Part::default() };
        let wait = |job: &Job| {
            let anatomy = assemble(job, &[repetition.clone()], &CALIBRATION);
            anatomy.segments.iter().find(|one| one.name == "run_queue_wait").expect("there is one").per_hand_over_ns
        };
        // 84 % of the other segments is left.
        assert_eq!(wait(&job()), 840.0);
        assert_eq!(wait(&Job { pinned: None, ..job() }), 1000.0);
    }

    #[test]
    fn an_exit_from_the_scheduler_that_is_not_watched_is_not_lost() {
        let mut repetition = repetition();
        repetition.path.losses[PathLoss::ScheduleExitUnseen as usize] = 7;
        assert_eq!(loss(&[repetition.clone()])["schedule_exit_unseen"], 7);
        repetition.sees_schedule_exit = false;
        assert_eq!(loss(&[repetition])["schedule_exit_unseen"], 0);
    }
}
