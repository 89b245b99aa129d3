//! Cells that several sections have: what the kernel did per operation, and how long one took.

use super::context::Context;
use super::number::{Estimate, Number, Repetitions};
use super::table::Cell;
use crate::table::{interrupts_reason, missing, page_faults_reason};
use taskweight_core::format::{count, rate, time};
use taskweight_core::report::{PerOperation, Run};

/// Why there is nothing per operation.
pub(super) const UNCOUNTED: &str = "the number of operations is unknown";

/// The figures of one model at one piece of work.
pub(super) struct Cells<'a> {
    repetitions: &'a Repetitions<'a>,
    /// Why system calls were not counted; `None` where they were. Without the probe the report has 0, which nobody counted.
    no_calls: Option<String>,
    no_migrations: Option<String>,
    faults_reason: String,
    interrupts_reason: String,
}

impl<'a> Cells<'a> {
    pub(super) fn new(context: &Context<'_>, repetitions: &'a Repetitions<'a>) -> Self {
        Self {
            repetitions,
            no_calls: missing(context.report, "sys_enter"),
            no_migrations: missing(context.report, "sched_migrate_task"),
            faults_reason: page_faults_reason(context.report),
            interrupts_reason: interrupts_reason(context.report),
        }
    }

    /// Time per operation.
    pub(super) fn elapsed(repetitions: &Repetitions<'_>) -> Option<Estimate> {
        repetitions.estimate("per_operation.elapsed_ns", |run| Some(run.per_operation?.elapsed_ns), time)
    }

    fn per_operation(&self, field: &str, value: impl Fn(PerOperation) -> Option<f64>) -> Option<Estimate> {
        self.repetitions.estimate(&format!("per_operation.{field}"), |run| value(run.per_operation?), rate)
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
        Cell::median(self.per_operation("page_faults", |figures| figures.page_faults), &self.faults_reason)
    }

    /// Those that are kernel transitions.
    pub(super) fn user_faults_estimate(&self) -> Option<Estimate> {
        self.share("kernel.page_faults.from_user_mode", |run| run.kernel.page_faults.from_user_mode)
    }

    pub(super) fn user_faults(&self) -> Cell {
        Cell::median(self.user_faults_estimate(), &self.faults_reason)
    }

    pub(super) fn interrupts_estimate(&self) -> Option<Estimate> {
        self.per_operation("interrupts", |figures| figures.interrupts)
    }

    pub(super) fn interrupts(&self) -> Cell {
        Cell::median(self.interrupts_estimate(), &self.interrupts_reason)
    }

    pub(super) fn transitions(&self) -> Cell {
        let reason = self.no_calls.as_deref().unwrap_or(&self.faults_reason);
        let counted = |figures: PerOperation| figures.kernel_transitions.filter(|_| self.no_calls.is_none());
        Cell::median(self.per_operation("kernel_transitions", counted), reason)
    }

    pub(super) fn preempted(&self) -> Cell {
        Cell::median(self.share("kernel.switches.preempted", |run| Some(run.kernel.switches.preempted)), UNCOUNTED)
    }

    pub(super) fn migrations(&self) -> Cell {
        let reason = self.no_migrations.as_deref().unwrap_or(UNCOUNTED);
        let counted = |run: &Run| Some(run.kernel.migrations).filter(|_| self.no_migrations.is_none());
        Cell::median(self.share("kernel.migrations", counted), reason)
    }

    /// A count of a run, divided by its operations.
    fn share(&self, field: &str, value: impl Fn(&Run) -> Option<u64>) -> Option<Estimate> {
        let share = |run: &Run| {
            let operations = run.operations.filter(|operations| *operations > 0)?;
            Some(value(run)? as f64 / operations as f64)
        };
        self.repetitions.estimate(&format!("{field} / operations"), share, rate)
    }

    pub(super) fn cpu_time(&self) -> Cell {
        let share = |run: &Run| {
            let operations = run.operations.filter(|operations| *operations > 0)?;
            let sum = run.cpu.user_ns?.saturating_add(run.cpu.system_ns?);
            Some(sum as f64 / operations as f64)
        };
        let estimate = self.repetitions.estimate("cpu.user_ns + cpu.system_ns / operations", share, time);
        // Below one accounting tick is not zero.
        Cell::median(estimate.filter(|one| one.summary.median > 0.0), "below the kernel's 10 ms accounting tick")
    }

    pub(super) fn traced_to_twin(&self) -> Cell {
        let ratio = |run: &Run| Some(run.elapsed_ns.traced as f64 / run.elapsed_ns.twin? as f64);
        let estimate =
            self.repetitions.estimate("elapsed_ns.traced / elapsed_ns.twin", ratio, |ratio| format!("{ratio:.2}"));
        Cell::median(estimate, "there is no untraced run")
    }

    /// Tasks that the work was divided among.
    pub(super) fn tasks(tasks: u64, repetitions: &Repetitions<'_>) -> Cell {
        Cell::Number(Number::field(tasks as f64, count(tasks), repetitions.origin("median", "tasks")))
    }
}
