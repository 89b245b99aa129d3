//! One repetition of a case: untraced twins for the time, a traced run for the segments.

use std::{path::Path as FilePath, thread, time::Duration};

use tracer_ebpf::{INTERRUPT_COUNT, Path};

use super::session::{Options, Programs, Recorded, Session};
use crate::{
    measure::{
        Context,
        stage::{Moments, Stage},
        workload,
    },
    plan::Case,
    report::model::Histogram,
    workload::protocol::Ready,
};

/// Time for the tasks to settle once the program has said that they are parked.
const SETTLING: Duration = Duration::from_millis(2);

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
    /// Times of the segments of whole hand-overs, by segment.
    pub histograms: Vec<Histogram>,
    /// Events that the kernel withheld.
    pub recursion_misses: u64,
    /// Whether the exit from the scheduler was watched.
    pub sees_schedule_exit: bool,
    /// Interrupts of traced threads by kind: how many, and their time in nanoseconds.
    pub interrupts: [(u64, u64); INTERRUPT_COUNT],
    /// Interrupts that were not seen.
    pub unseen: Vec<String>,
    /// What was not told apart.
    pub merged: Vec<String>,
}

/// Runs a twin, the traced run and another twin, so that a machine that becomes slower or faster does so for both.
pub fn repetition(context: &Context<'_>, case: &Case, programs: &FilePath, coarse: bool) -> anyhow::Result<Repetition> {
    let before = workload::twin(context, case, programs)?;
    let (recorded, [unseen, merged], traced_ns) = traced(context, case, programs, coarse)?;
    let after = workload::twin(context, case, programs)?;
    Ok(Repetition {
        operations: after.done.operations,
        twins_ns: [before.done.elapsed_ns, after.done.elapsed_ns],
        traced_ns,
        path: recorded.path,
        histograms: recorded.histograms,
        recursion_misses: recorded.recursion_misses,
        sees_schedule_exit: recorded.sees_schedule_exit,
        interrupts: recorded.interrupts,
        unseen,
        merged,
    })
}

fn traced(
    context: &Context<'_>,
    case: &Case,
    programs: &FilePath,
    coarse: bool,
) -> anyhow::Result<(Recorded, [Vec<String>; 2], u64)> {
    let stage = Stage::set(context, case, programs)?;
    let options = Options { root_pid: stage.child.pid(), form: context.form, programs: Programs::All, coarse };
    let mut following = Following { session: Session::open(context.kernel, options)?, recorded: None };
    let (said, _) = stage.perform(context, case, &mut following)?;
    let recorded = following.recorded.ok_or_else(|| anyhow::anyhow!("the window was never closed"))?;
    // The session ends here: the twin that follows must not run under its programs.
    let Session { unseen, merged, .. } = following.session;
    Ok((recorded, [unseen, merged], said.done.elapsed_ns))
}

/// The window of a traced run.
struct Following {
    session: Session,
    recorded: Option<Recorded>,
}

impl Moments for Following {
    fn ready(&mut self, _said: &Ready) -> anyhow::Result<()> {
        thread::sleep(SETTLING);
        Ok(self.session.open_window()?)
    }

    fn done(&mut self) -> anyhow::Result<()> {
        self.session.close_window()?;
        self.recorded = Some(self.session.recorded()?);
        Ok(())
    }
}
