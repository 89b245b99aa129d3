//! `taskweight doctor`: what this kernel and this user can measure, and how to get the rest.

use std::io::{self, Write as _};

use crate::{
    environment,
    hardware::Counters,
    kernel::{
        RunningKernel,
        preflight::{self, Finding, Standing},
        session::{Session, SessionOptions},
    },
    report::{
        model::{Probe, ProbeState},
        table::escape,
    },
    workload::catalog::{self, MODELS},
};

/// Prints what was found. Exit status 1 when nothing can be measured here.
pub fn run() -> anyhow::Result<u8> {
    let mut findings = preflight::findings();
    let unusable = findings.iter().any(is_lacking);
    if unusable {
        findings.push(not_tried());
    } else {
        findings.extend(probes());
    }
    findings.extend([hardware(), memory_cgroup(), models()]);
    print(&findings)?;
    Ok(u8::from(findings.iter().any(is_lacking)))
}

fn is_lacking(finding: &Finding) -> bool {
    finding.required && finding.standing == Standing::Missing
}

fn print(findings: &[Finding]) -> io::Result<()> {
    let mut table = super::models::table(["what", "state", "remark"]);
    for finding in findings {
        table.add_row([&escape(&finding.subject), finding.standing.word(), &escape(&finding.remark)]);
    }
    let verdict = match findings.iter().find(|finding| is_lacking(finding)) {
        None => String::from("taskweight can measure here."),
        Some(finding) => format!("taskweight cannot measure here, for want of: {}.", finding.subject),
    };
    writeln!(io::stdout().lock(), "{table}\n\n{verdict}")
}

fn not_tried() -> Finding {
    let remark = String::from("not tried, for want of what is missing above");
    Finding { subject: String::from("probes"), standing: Standing::Missing, remark, required: false }
}

/// Loads and attaches every probe for a moment. Nobody is traced: no pid is 0.
fn probes() -> Vec<Finding> {
    let session = RunningKernel::read().and_then(|kernel| Session::open(&kernel, SessionOptions::new(0)));
    match session {
        Ok(session) => session.probes().into_iter().map(finding).collect(),
        Err(error) => {
            let remark = error.to_string();
            vec![Finding { subject: String::from("probes"), standing: Standing::Missing, remark, required: true }]
        }
    }
}

fn finding(probe: Probe) -> Finding {
    let standing = match probe.state {
        ProbeState::Attached => Standing::Available,
        ProbeState::Fallback => Standing::Fallback,
        ProbeState::Missing => Standing::Missing,
    };
    let remark = probe.reason.map_or(probe.hook.clone(), |reason| format!("{}: {reason}", probe.hook));
    Finding { subject: format!("probe {}", probe.name), standing, remark, required: false }
}

fn hardware() -> Finding {
    let (standing, remark) = match Counters::open(std::process::id()) {
        Ok(_) => (Standing::Available, String::from("cycles, instructions, cache and dTLB misses")),
        Err(reason) => (Standing::Missing, reason),
    };
    Finding { subject: String::from("hardware counters"), standing, remark, required: false }
}

fn memory_cgroup() -> Finding {
    let version = environment::read().memory_cgroup.filter(|version| version != "none");
    let (standing, remark) = match version {
        Some(version) => (Standing::Available, version),
        None => (Standing::Missing, String::from("no memory controller is mounted")),
    };
    Finding { subject: String::from("memory cgroup"), standing, remark, required: false }
}

fn models() -> Finding {
    let folder = catalog::programs_folder().unwrap_or_default();
    let missing: Vec<_> = MODELS
        .iter()
        .filter(|model| model.by_default && model.command(&folder).is_err())
        .map(|model| model.name)
        .collect();
    let (standing, remark) = if missing.is_empty() {
        (Standing::Available, format!("all {}", MODELS.iter().filter(|model| model.by_default).count()))
    } else {
        (Standing::Missing, format!("{}: `taskweight models` says why", missing.join(", ")))
    };
    Finding { subject: String::from("models"), standing, remark, required: false }
}
