//! Everything that the doctor looks at.

use serde::Serialize;

use super::kernel;
use taskweight_core::{
    catalog::{self, MODELS},
    report::{Environment, Probe, ProbeState},
};
use taskweight_probe::{
    RunningKernel,
    hardware::Counters,
    preflight::{self, Finding, Standing},
    session::{ProbeForm, Session, SessionOptions},
};
use taskweight_run::environment;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// Whether nothing is missing without which nothing can be measured.
    pub can_measure: bool,
    /// The machine and its settings.
    pub environment: Environment,
    /// What is needed or useful, in the order of the table; the probes are among them.
    pub findings: Vec<Finding>,
    /// The probes, each on the hook that it ended up on; none where they could not be tried.
    pub probes: Vec<Probe>,
}

impl Diagnosis {
    /// Looks at everything, and loads the probes in this form.
    pub fn make(form: ProbeForm) -> Self {
        let environment = environment::read();
        let mut findings = preflight::findings();
        let probes = if findings.iter().any(Finding::is_lacking) {
            findings.push(not_tried());
            Vec::new()
        } else {
            try_probes(form).unwrap_or_else(|finding| {
                findings.push(finding);
                Vec::new()
            })
        };
        findings.extend(probes.iter().map(of_probe));
        findings.extend(kernel::findings());
        findings.extend([hardware(), memory_cgroup(&environment), models()]);
        Self { can_measure: !findings.iter().any(Finding::is_lacking), environment, findings, probes }
    }
}

fn not_tried() -> Finding {
    let remark = String::from("not tried, because a requirement above is missing");
    Finding { subject: String::from("probes"), standing: Standing::Missing, remark, required: false }
}

/// Loads and attaches every probe for a moment. Nobody is traced: no pid is 0.
fn try_probes(form: ProbeForm) -> Result<Vec<Probe>, Finding> {
    let options = SessionOptions { form, ..SessionOptions::new(0) };
    let session = RunningKernel::read().and_then(|kernel| Session::open(&kernel, options));
    session.map(|session| session.probes()).map_err(|error| Finding {
        subject: String::from("probes"),
        standing: Standing::Missing,
        remark: error.to_string(),
        required: true,
    })
}

fn of_probe(probe: &Probe) -> Finding {
    let standing = match probe.state {
        ProbeState::Attached => Standing::Available,
        ProbeState::Fallback => Standing::Fallback,
        ProbeState::Missing => Standing::Missing,
    };
    let remark = probe.reason.as_ref().map_or(probe.hook.clone(), |reason| format!("{}: {reason}", probe.hook));
    Finding { subject: format!("probe {}", probe.name), standing, remark, required: false }
}

fn hardware() -> Finding {
    let (standing, remark) = match Counters::open(std::process::id()) {
        Ok(_) => (Standing::Available, String::from("cycles, instructions, cache and dTLB misses")),
        Err(reason) => (Standing::Missing, reason),
    };
    Finding { subject: String::from("hardware counters"), standing, remark, required: false }
}

fn memory_cgroup(environment: &Environment) -> Finding {
    let version = environment.memory_cgroup.clone().filter(|version| version != "none");
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
        (Standing::Missing, format!("{}: see `taskweight models`", missing.join(", ")))
    };
    Finding { subject: String::from("models"), standing, remark, required: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnosis_is_for_programs_too() {
        let probe = serde_json::json!({ "name": "sched_switch", "hook": "tp_btf/sched_switch", "state": "attached" });
        let probe: Probe = serde_json::from_value(probe).unwrap();
        let findings = vec![of_probe(&probe)];
        let diagnosis =
            Diagnosis { can_measure: true, environment: Environment::default(), findings, probes: vec![probe] };
        let value = serde_json::to_value(diagnosis).unwrap();
        assert_eq!(value["findings"][0]["subject"], "probe sched_switch");
        assert_eq!(value["findings"][0]["standing"], "available");
        assert_eq!((&value["probes"][0]["state"], &value["can_measure"]), (&"attached".into(), &true.into()));
    }
}
