//! `taskweight doctor`: what this kernel and this user can measure, and how to get the rest.

mod diagnosis;
mod kernel;

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::Args;

use super::Perform;
use crate::{
    cli::Cli,
    output::{self, files},
};
use diagnosis::Diagnosis;
use taskweight_core::escape::escape;
use taskweight_probe::session::ProbeForm;

/// Options of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:\n  sudo taskweight doctor\n  sudo taskweight doctor --json -")]
pub struct DoctorArgs {
    /// Write the findings to a file as JSON; `-` is standard output, instead of the table
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Form of the tracepoint programs
    #[arg(long, value_enum, default_value_t, hide = true)]
    pub probe_form: ProbeForm,
}

impl Perform for DoctorArgs {
    /// Prints what was found. Exit status 1 when nothing can be measured here.
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        let file = files::open(self.json.as_deref())?;
        let diagnosis = Diagnosis::make(self.probe_form);
        if self.json.as_deref().is_none_or(|path| path.as_os_str() != "-") {
            print(&diagnosis)?;
        }
        if let Some(file) = file {
            output::save(&diagnosis, file)?;
        }
        Ok(u8::from(!diagnosis.can_measure))
    }
}

fn print(diagnosis: &Diagnosis) -> io::Result<()> {
    let mut table = output::plain_table(["what", "state", "remark"]);
    for finding in &diagnosis.findings {
        table.add_row([&escape(&finding.subject), finding.standing.word(), &escape(&finding.remark)]);
    }
    let verdict = match diagnosis.findings.iter().find(|finding| finding.is_lacking()) {
        None => String::from("taskweight can measure here."),
        Some(finding) => format!("taskweight cannot measure here, because this is missing: {}.", finding.subject),
    };
    writeln!(io::stdout().lock(), "{table}\n\n{verdict}")
}
