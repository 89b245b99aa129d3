//! The LLVM library that bpf-linker is linked with: it has to read what rustc's LLVM wrote.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::toolchain::Toolchain;

/// An LLVM of the major version that rustc was built with.
#[derive(PartialEq, Eq, Debug)]
pub enum Llvm {
    /// An installation with `lib/libLLVM.so`.
    Prefix(PathBuf),
    /// The library that rustup's rustc itself uses: always the right one, also where the distribution has
    /// no package of a release so new. Its name has a suffix that no linker looks for.
    OfRustc(PathBuf),
}

impl Llvm {
    /// Finds it: what the user names in `LLVM_PREFIX`, then rustc's own, then the system's.
    pub fn find(toolchain: &Toolchain) -> Option<Self> {
        let given = env::var_os("LLVM_PREFIX").map(PathBuf::from).filter(|prefix| has_library(prefix));
        given
            .map(Self::Prefix)
            .or_else(|| of_rustc(&toolchain.sysroot, toolchain.llvm_major).map(Self::OfRustc))
            .or_else(|| of_system(toolchain.llvm_major).map(Self::Prefix))
    }

    /// The folder for bpf-linker's `LLVM_PREFIX`; for rustc's library one is made in `folder`.
    pub fn prefix(self, folder: &Path) -> Result<PathBuf> {
        match self {
            Self::Prefix(prefix) => Ok(prefix),
            Self::OfRustc(library) => {
                make_prefix(&library, folder)
                    .with_context(|| format!("link {} into {}", library.display(), folder.display()))?;
                Ok(folder.to_owned())
            }
        }
    }
}

/// Two links: `libLLVM.so` for the linker, the library's own name for the loader.
fn make_prefix(library: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let lib = folder.join("lib");
    fs::create_dir_all(&lib)?;
    symlink(library, lib.join("libLLVM.so"))?;
    symlink(library, lib.join(library.file_name().context("it has no file name")?))?;
    Ok(())
}

/// `lib/libLLVM.so.22.1-rust-1.95.0-stable` of the toolchain. Distributions that build rustc with their own
/// LLVM have none.
fn of_rustc(sysroot: &Path, major: u32) -> Option<PathBuf> {
    let start = format!("libLLVM.so.{major}.");
    let entries = fs::read_dir(sysroot.join("lib")).ok()?.flatten();
    let is_it = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(&start) && name.contains("-rust-"))
    };
    entries.map(|entry| entry.path()).find(is_it)
}

/// Debian's folder, else what an `llvm-config` tells.
fn of_system(major: u32) -> Option<PathBuf> {
    let debian = PathBuf::from(format!("/usr/lib/llvm-{major}"));
    let named = format!("llvm-config-{major}");
    let asked = [named.as_str(), "llvm-config"].into_iter().filter_map(|program| configured_prefix(program, major));
    [debian].into_iter().chain(asked).find(|prefix| has_library(prefix))
}

/// The prefix that an `llvm-config` tells, when it is of this LLVM.
fn configured_prefix(program: &str, major: u32) -> Option<PathBuf> {
    let ask = |arg| command::output(Command::new(program).arg(arg)).ok();
    ask("--version")?.starts_with(&format!("{major}.")).then_some(())?;
    Some(ask("--prefix")?.trim().into())
}

fn has_library(prefix: &Path) -> bool {
    ["lib", "lib64"].iter().any(|lib| prefix.join(lib).join("libLLVM.so").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_rustc_becomes_a_prefix() {
        let folder = tempfile::tempdir().unwrap();
        let lib = folder.path().join("lib");
        fs::create_dir(&lib).unwrap();
        let library = lib.join("libLLVM.so.22.1-rust-1.95.0-stable");
        fs::write(&library, "").unwrap();
        assert_eq!(of_rustc(folder.path(), 23), None);
        let found = Llvm::OfRustc(of_rustc(folder.path(), 22).unwrap());
        assert_eq!(found, Llvm::OfRustc(library));
        let prefix = found.prefix(&folder.path().join("llvm")).unwrap();
        assert!(has_library(&prefix) && prefix.join("lib/libLLVM.so.22.1-rust-1.95.0-stable").exists());
    }

    #[test]
    fn a_library_of_the_distribution_is_not_of_rustc() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/libLLVM.so.22.1"), "").unwrap();
        assert_eq!(of_rustc(folder.path(), 22), None);
    }
}
