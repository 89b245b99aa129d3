//! Cells that several sections have: what the kernel did per operation, and how long one took.

use taskweight_core::report::{PerOperation, Run};

use super::context::Context;
use super::number::{COUNT, Estimate, Form, MULTIPLE, Repetitions, TIME};
use super::table::Cell;

/// Why there is nothing per operation.
pub(super) const UNCOUNTED: &str = "the number of operations is unknown";

/// The figures of one model at one piece of work.
pub(super) struct Cells<'a> {
    context: &'a Context<'a>,
    repetitions: &'a Repetitions<'a>,
    /// Why system calls were not counted; `None` where they were. Without the probe the report has 0, which nobody counted.
    no_calls: Option<String>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(context: &'a Context<'a>, repetitions: &'a Repetitions<'a>) -> Self {
        Self { context, repetitions, no_calls: context.missing("sys_enter") }
    }

    /// Time per operation.
    pub(super) fn elapsed(repetitions: &Repetitions<'_>) -> Option<Estimate> {
        repetitions.estimate("per_operation.elapsed_ns", |run| Some(run.per_operation?.elapsed_ns), TIME)
    }

    /// Its median and interval.
    pub(super) fn time(&self) -> [Cell; 2] {
        Cell::estimate(Self::elapsed(self.repetitions), UNCOUNTED)
    }

    fn per_operation(&self, field: &str, value: impl Fn(PerOperation) -> Option<f64>) -> Option<Estimate> {
        self.repetitions.estimate(&format!("per_operation.{field}"), |run| value(run.per_operation?), COUNT)
    }

    pub(super) fn switches(&self) -> Cell {
        Cell::median(self.per_operation("kernel_switches", |figures| Some(figures.kernel_switches)), UNCOUNTED)
    }

    pub(super) fn calls_estimate(&self) -> Option<Estimate> {
        self.per_operation("syscalls", |figures| Some(figures.syscalls).filter(|_| self.no_calls.is_none()))
    }

    pub(super) fn calls(&self) -> Cell {
        Cell::median(self.calls_estimate(), self.no_calls.as_deref().unwrap_or(UNCOUNTED))
    }

    pub(super) fn faults(&self) -> Cell {
        Cell::median(self.per_operation("page_faults", |one| one.page_faults), &self.context.no_page_faults())
    }

    /// Those that are kernel entries.
    pub(super) fn user_faults_estimate(&self) -> Option<Estimate> {
        self.share("kernel.page_faults.from_user_mode", |run| run.kernel.page_faults.from_user_mode, COUNT)
    }

    pub(super) fn user_faults(&self) -> Cell {
        Cell::median(self.user_faults_estimate(), &self.context.no_page_faults())
    }

    pub(super) fn interrupts_estimate(&self) -> Option<Estimate> {
        self.per_operation("interrupts", |figures| figures.interrupts)
    }

    pub(super) fn interrupts(&self) -> Cell {
        Cell::median(self.interrupts_estimate(), &self.context.no_interrupts())
    }

    pub(super) fn entries_estimate(&self) -> Option<Estimate> {
        let counted = |figures: PerOperation| figures.kernel_transitions.filter(|_| self.no_calls.is_none());
        self.per_operation("kernel_transitions", counted)
    }

    pub(super) fn entries(&self) -> Cell {
        let reason = self.no_calls.clone().unwrap_or_else(|| self.context.no_page_faults());
        Cell::median(self.entries_estimate(), &reason)
    }

    pub(super) fn preempted(&self) -> Cell {
        let preempted = |run: &Run| Some(run.kernel.switches.preempted);
        Cell::median(self.share("kernel.switches.preempted", preempted, COUNT), UNCOUNTED)
    }

    pub(super) fn migrations(&self) -> Cell {
        let missing = self.context.missing("sched_migrate_task");
        let counted = |run: &Run| Some(run.kernel.migrations).filter(|_| missing.is_none());
        Cell::median(self.share("kernel.migrations", counted, COUNT), missing.as_deref().unwrap_or(UNCOUNTED))
    }

    /// Something of a run, divided by its operations.
    fn share(&self, field: &str, value: impl Fn(&Run) -> Option<u64>, form: Form) -> Option<Estimate> {
        let share = |run: &Run| {
            let operations = run.operations.filter(|operations| *operations > 0)?;
            Some(value(run)? as f64 / operations as f64)
        };
        self.repetitions.estimate(&format!("{field} / operations"), share, form)
    }

    pub(super) fn cpu_time(&self) -> Cell {
        let sum = |run: &Run| Some(run.cpu.user_ns?.saturating_add(run.cpu.system_ns?));
        let estimate = self.share("cpu.user_ns + cpu.system_ns", sum, TIME);
        // Below one accounting tick is not zero.
        Cell::median(estimate.filter(|one| one.summary.median > 0.0), "below the kernel's 10 ms accounting tick")
    }

    pub(super) fn traced_to_twin(&self) -> Cell {
        let ratio = |run: &Run| Some(run.elapsed_ns.traced as f64 / run.elapsed_ns.twin? as f64);
        let estimate = self.repetitions.estimate("elapsed_ns.traced / elapsed_ns.twin", ratio, MULTIPLE);
        Cell::median(estimate, "there is no untraced run")
    }

    /// Median and 99th percentile of the wait for a CPU.
    pub(super) fn queue_wait(&self) -> [Cell; 2] {
        let waits = self.repetitions.merged("histograms.run_queue_ns", |run| Some(&run.histograms.run_queue_ns));
        waits.times(["p50", "p99"], "no thread became runnable")
    }
}
