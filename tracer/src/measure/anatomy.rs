//! One repetition of a job: untraced twins for the time, a traced run for the segments.

use std::{path::Path as FilePath, thread, time::Duration};

use crate::measure::{
    Context,
    stage::{Moments, Stage},
    workload,
};
use taskweight_core::plan::Job;
use taskweight_probe::anatomy::{
    figures::Repetition,
    session::{Options, Programs, Recorded, Session},
};
use taskweight_run::protocol::Ready;

/// Time for the tasks to settle once the program has said that they are parked.
const SETTLING: Duration = Duration::from_millis(2);

/// Runs a twin, the traced run and another twin, so that a machine that becomes slower or faster does so for both.
pub fn repetition(context: &Context<'_>, job: &Job, programs: &FilePath, coarse: bool) -> anyhow::Result<Repetition> {
    let before = workload::twin(context, job, programs)?;
    let (recorded, [unseen, merged], traced_ns) = traced(context, job, programs, coarse)?;
    let after = workload::twin(context, job, programs)?;
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
    job: &Job,
    programs: &FilePath,
    coarse: bool,
) -> anyhow::Result<(Recorded, [Vec<String>; 2], u64)> {
    let stage = Stage::set(context, job, programs)?;
    let options = Options { root_pid: stage.child.pid(), form: context.form, programs: Programs::All, coarse };
    let mut following = Following { session: Session::open(context.kernel, options)?, recorded: None };
    let (said, _) = stage.perform(context, job, &mut following)?;
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
