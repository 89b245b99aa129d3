//! Decides what to install: a pure function of what was found.

use std::fmt;

/// The version of bpf-linker that the eBPF programs are linked with.
pub const BPF_LINKER: &str = "0.13.0";
/// The LLVM releases that this version can be built for.
const BPF_LINKER_LLVM: std::ops::RangeInclusive<u32> = 21..=23;

/// What the toolchain is needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build and test.
    Build,
    /// To check format and lints as well.
    Lint,
}

/// What is on the machine.
#[derive(Clone)]
pub struct Found {
    /// The LLVM that rustc was built with.
    pub llvm_major: u32,
    pub rust_src: bool,
    pub rustfmt: bool,
    pub clippy: bool,
    /// The library of that LLVM, to link with.
    pub llvm: bool,
    pub bpf_linker: Linker,
}

/// The state of bpf-linker under the target directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Linker {
    Absent,
    /// It is there, but it is another version, for another LLVM, or does not start.
    Unusable,
    Ready,
}

/// How things can be installed on the machine.
pub struct Means {
    pub rustup: bool,
    pub apt: bool,
    /// Root, or a sudo to become it.
    pub root: bool,
}

/// One thing to install.
#[derive(PartialEq, Eq, Debug)]
pub enum Step {
    Components(Vec<&'static str>),
    Packages(Vec<String>),
    BpfLinker { llvm_major: u32, replace: bool },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Components(names) => write!(f, "with rustup: {}", names.join(", ")),
            Self::Packages(names) => write!(f, "with apt-get: {}", names.join(", ")),
            Self::BpfLinker { llvm_major, .. } => {
                write!(f, "with cargo, under target/: bpf-linker {BPF_LINKER} for LLVM {llvm_major} (takes a minute)")
            }
        }
    }
}

/// Something that is missing and cannot be installed from here.
#[derive(PartialEq, Eq, Debug)]
pub struct Obstacle {
    pub missing: String,
    pub remedy: String,
}

/// The steps in their order, and what stands in their way.
#[derive(Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub obstacles: Vec<Obstacle>,
}

/// What to install for `need`, given what was found and how things can be installed.
pub fn plan(need: Need, found: &Found, means: &Means) -> Plan {
    let mut plan = Plan::default();
    plan.components(need, found, means);
    if found.bpf_linker != Linker::Ready {
        plan.llvm(found, means);
        let replace = found.bpf_linker == Linker::Unusable;
        plan.steps.push(Step::BpfLinker { llvm_major: found.llvm_major, replace });
    }
    plan
}

impl Plan {
    fn components(&mut self, need: Need, found: &Found, means: &Means) {
        let lint = need == Need::Lint;
        let all =
            [("rust-src", found.rust_src), ("rustfmt", found.rustfmt || !lint), ("clippy", found.clippy || !lint)];
        let missing: Vec<_> = all.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
        if missing.is_empty() {
        } else if means.rustup {
            self.steps.push(Step::Components(missing));
        } else {
            self.obstacles.extend(missing.into_iter().map(without_rustup));
        }
    }

    fn llvm(&mut self, found: &Found, means: &Means) {
        let major = found.llvm_major;
        let package = format!("llvm-{major}-dev");
        if !BPF_LINKER_LLVM.contains(&major) {
            self.obstacles.push(unsupported_llvm(major));
        } else if found.llvm {
        } else if means.apt && means.root {
            self.steps.push(Step::Packages(vec![package]));
        } else {
            let remedy = if means.apt {
                format!("as root: apt-get install {package}")
            } else {
                format!(
                    "install it with its libLLVM.so ({package} on Debian), and set LLVM_PREFIX when it is not found"
                )
            };
            self.obstacles.push(Obstacle { missing: format!("LLVM {major}, to build bpf-linker"), remedy });
        }
    }
}

fn without_rustup(component: &str) -> Obstacle {
    let remedy = match component {
        "rust-src" => "install Debian's rustc-web with rust-web-src, or rustup and then: rustup component add rust-src",
        "rustfmt" => "install Debian's rustfmt-web, or rustup and then: rustup component add rustfmt",
        _ => "install Debian's rust-web-clippy, or rustup and then: rustup component add clippy",
    };
    Obstacle { missing: format!("{component}, of the version that rustc has"), remedy: remedy.to_owned() }
}

fn unsupported_llvm(major: u32) -> Obstacle {
    let (first, last) = (BPF_LINKER_LLVM.start(), BPF_LINKER_LLVM.end());
    Obstacle {
        missing: format!("a rustc that bpf-linker {BPF_LINKER} fits: rustc has LLVM {major}, not {first} to {last}"),
        remedy: "rustup toolchain install 1.95, then set RUSTUP_TOOLCHAIN=1.95".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: Found =
        Found { llvm_major: 22, rust_src: true, rustfmt: true, clippy: true, llvm: true, bpf_linker: Linker::Ready };
    const FRESH: Found =
        Found { rust_src: false, rustfmt: false, clippy: false, llvm: false, bpf_linker: Linker::Absent, ..READY };
    const ALL: Means = Means { rustup: true, apt: true, root: true };
    const NONE: Means = Means { rustup: false, apt: false, root: false };

    #[test]
    fn nothing_is_done_when_everything_is_there() {
        let plan = plan(Need::Lint, &READY, &NONE);
        assert!(plan.steps.is_empty() && plan.obstacles.is_empty());
    }

    #[test]
    fn a_fresh_machine_gets_all_three() {
        let plan = plan(Need::Build, &FRESH, &ALL);
        let linker = Step::BpfLinker { llvm_major: 22, replace: false };
        let packages = Step::Packages(vec!["llvm-22-dev".into()]);
        assert_eq!(plan.steps, [Step::Components(vec!["rust-src"]), packages, linker]);
    }

    #[test]
    fn lint_needs_two_components_more() {
        let plan = plan(Need::Lint, &FRESH, &ALL);
        assert_eq!(plan.steps[0], Step::Components(vec!["rust-src", "rustfmt", "clippy"]));
    }

    #[test]
    fn another_llvm_replaces_the_linker() {
        let found = Found { llvm_major: 23, bpf_linker: Linker::Unusable, ..READY };
        assert_eq!(plan(Need::Build, &found, &ALL).steps, [Step::BpfLinker { llvm_major: 23, replace: true }]);
    }

    #[test]
    fn a_ready_linker_needs_no_llvm_to_build_it() {
        let found = Found { llvm: false, ..READY };
        assert!(plan(Need::Build, &found, &NONE).obstacles.is_empty());
    }

    #[test]
    fn all_obstacles_are_named_at_once() {
        let missing: Vec<_> = plan(Need::Lint, &FRESH, &NONE).obstacles.into_iter().map(|o| o.missing).collect();
        assert_eq!(missing.len(), 4, "{missing:?}");
        assert!(missing[0].starts_with("rust-src") && missing[3].starts_with("LLVM 22"));
    }

    #[test]
    fn apt_without_root_is_an_obstacle_with_its_command() {
        let means = Means { rustup: true, apt: true, root: false };
        assert_eq!(plan(Need::Build, &FRESH, &means).obstacles[0].remedy, "as root: apt-get install llvm-22-dev");
    }

    #[test]
    fn an_llvm_too_new_is_refused_before_the_build() {
        let found = Found { llvm_major: 24, bpf_linker: Linker::Absent, ..READY };
        assert!(plan(Need::Build, &found, &ALL).obstacles[0].missing.contains("LLVM 24, not 21 to 23"));
    }
}
