//! The file of a timeline, for the verbs that can record one.

use anyhow::Context as _;

use super::Destination;
use crate::{notice::notice, verb::options::TimelineArgs};
use taskweight_probe::timeline::Timeline;
use taskweight_run::privilege::Identity;

/// A timeline, and where it will be written.
#[derive(Debug)]
pub(crate) struct OpenTimeline {
    timeline: Timeline,
    destination: Destination,
    file: String,
}

impl OpenTimeline {
    /// Opens the file before anything is measured; `None` where no timeline is asked for.
    pub(crate) fn open(args: &TimelineArgs) -> anyhow::Result<Option<Self>> {
        let Some(path) = &args.timeline else { return Ok(None) };
        let destination = Destination::open(path, Identity::caller()?.owner())?;
        let file = path.display().to_string();
        Ok(Some(Self { timeline: Timeline::new(args.limits()), destination, file }))
    }

    pub(crate) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Writes the file, and says what is not in it, unless nothing shall be said.
    pub(crate) fn finish(mut self, quiet: bool) -> anyhow::Result<()> {
        self.timeline.write(&mut self.destination).with_context(|| format!("{}: write the timeline", self.file))?;
        self.destination.finish()?;
        for remark in self.timeline.remarks().iter().filter(|_| !quiet) {
            notice(remark);
        }
        Ok(())
    }
}
