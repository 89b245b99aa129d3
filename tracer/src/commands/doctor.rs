//! `taskweight doctor`: what this kernel and this user can measure, and how to get the rest.

mod diagnosis;
mod kernel;

use std::io::{self, Write as _};

use super::outputs;
use crate::cli::DoctorArgs;
use diagnosis::Diagnosis;
use taskweight_core::escape::escape;

/// Prints what was found. Exit status 1 when nothing can be measured here.
pub fn run(args: &DoctorArgs) -> anyhow::Result<u8> {
    let file = outputs::open(args.json.as_deref())?;
    let diagnosis = Diagnosis::make(args.probe_form);
    if args.json.as_deref().is_none_or(|path| path.as_os_str() != "-") {
        print(&diagnosis)?;
    }
    if let Some(file) = file {
        crate::output::save(&diagnosis, file)?;
    }
    Ok(u8::from(!diagnosis.can_measure))
}

fn print(diagnosis: &Diagnosis) -> io::Result<()> {
    let mut table = super::models::table(["what", "state", "remark"]);
    for finding in &diagnosis.findings {
        table.add_row([&escape(&finding.subject), finding.standing.word(), &escape(&finding.remark)]);
    }
    let verdict = match diagnosis.findings.iter().find(|finding| finding.is_lacking()) {
        None => String::from("taskweight can measure here."),
        Some(finding) => format!("taskweight cannot measure here, because this is missing: {}.", finding.subject),
    };
    writeln!(io::stdout().lock(), "{table}\n\n{verdict}")
}
