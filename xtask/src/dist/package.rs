//! The tarball and the Debian package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// What a package manager shows.
const DESCRIPTION: &str = "what a task weighs: threads and coroutines, measured with eBPF
 Counts inside the kernel what threads, goroutines, futures and other
 tasks take for the same work: switches, system calls, page faults, time
 and bytes. The same instrument runs on any command.";

/// Everything in one folder, which works wherever it is unpacked.
pub fn tarball(root: &Path, output: &Path) -> Result<PathBuf> {
    let name = super::name();
    let path = output.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+w,go+rX-w"]);
    tar.arg(format!("--transform=s,^\\.,{name},")).arg("--gzip").arg("-cf").arg(&path).arg("-C").arg(root).arg(".");
    command::run(&mut tar)?;
    Ok(path)
}

/// A package for dpkg and apt.
pub fn debian(root: &Path, output: &Path) -> Result<PathBuf> {
    let architecture = command::output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let staging = tempfile::tempdir_in(output)?;
    let package = staging.path().join("package");
    fs::create_dir_all(package.join("DEBIAN"))?;
    fs::rename(root, package.join("usr"))?;
    let control = control(architecture, &libraries(&package, staging.path())?, size_kib(&package)?);
    fs::write(package.join("DEBIAN/control"), control)?;
    let path = output.join(format!("taskweight_{}_{architecture}.deb", env!("CARGO_PKG_VERSION")));
    command::run(Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&package).arg(&path))?;
    // The caller removes its folder itself.
    fs::rename(package.join("usr"), root)?;
    Ok(path)
}

fn control(architecture: &str, depends: &str, size_kib: u64) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "Package: taskweight\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: The taskweight authors\n\
         Section: devel\nPriority: optional\nDepends: {depends}\nInstalled-Size: {size_kib}\nDescription: {DESCRIPTION}\n"
    )
}

/// The packages whose libraries the programs are linked with, as dpkg-shlibdeps finds them.
fn libraries(package: &Path, staging: &Path) -> Result<String> {
    fs::create_dir(staging.join("debian"))?;
    // It reads nothing from this file, and does not start without.
    fs::write(staging.join("debian/control"), "Source: taskweight\n\nPackage: taskweight\nArchitecture: any\n")?;
    let mut command = Command::new("dpkg-shlibdeps");
    command.args(["-O", "--ignore-missing-info"]).current_dir(staging).arg(package.join("usr/bin/taskweight"));
    for program in fs::read_dir(package.join("usr/lib/taskweight"))? {
        command.arg(program?.path());
    }
    let found = command::output(&mut command)?;
    let depends = found.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(depends.context("dpkg-shlibdeps named no package")?.to_owned())
}

fn size_kib(folder: &Path) -> Result<u64> {
    let said = command::output(Command::new("du").arg("-sk").arg(folder))?;
    said.split_whitespace().next().and_then(|number| number.parse().ok()).context("du gave no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_one_line_and_indented_ones() {
        let control = control("amd64", "libc6 (>= 2.36)", 4096);
        let (fields, rest): (Vec<_>, Vec<_>) = control.lines().partition(|line| !line.starts_with(' '));
        assert!(fields.iter().all(|field| field.contains(": ")), "{fields:?}");
        assert_eq!(rest.len(), DESCRIPTION.lines().count() - 1);
        assert!(control.contains("\nDepends: libc6 (>= 2.36)\n"), "{control}");
    }
}
