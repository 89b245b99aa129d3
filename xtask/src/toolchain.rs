//! What has to be known of the active Rust toolchain.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// The active rustc: the LLVM it was built with, the machine it runs on, the folder it is installed in.
pub struct Toolchain {
    pub llvm_major: u32,
    pub host: String,
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// Asks rustc, in the folder whose `rust-toolchain.toml` chooses it.
    pub fn active(root: &Path) -> Result<Self> {
        let rustc = |arg: &[&str]| command::output(Command::new("rustc").args(arg).current_dir(root));
        let version = rustc(&["-vV"])?;
        let field = |name| field(&version, name).with_context(|| format!("rustc -vV has no line `{name}: ...`"));
        Ok(Self {
            llvm_major: major(field("LLVM version")?)?,
            host: field("host")?.to_owned(),
            sysroot: rustc(&["--print", "sysroot"])?.trim().into(),
        })
    }

    /// Whether the source of `core` is there, for `-Z build-std`.
    pub fn has_rust_src(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library/core/Cargo.toml").exists()
    }

    /// Whether a subcommand of cargo such as `cargo-clippy` is there.
    pub fn has_program(&self, name: &str) -> bool {
        self.sysroot.join("bin").join(name).exists()
    }

    /// The architecture as aya-ebpf names it in `bpf_target_arch`.
    pub fn bpf_target_arch(&self) -> &str {
        let arch = self.host.split('-').next().unwrap_or_default();
        if arch.starts_with("riscv64") { "riscv64" } else { arch }
    }
}

/// The value of a line `name: value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::trim)
}

/// The first number of a version such as `22.1.2`.
fn major(version: &str) -> Result<u32> {
    let first = version.split('.').next().unwrap_or_default();
    first.parse().with_context(|| format!("`{version}` in rustc -vV is not a version of LLVM"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\n\
                         host: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2\n";

    #[test]
    fn llvm_major_comes_from_the_last_line() {
        assert_eq!(major(field(RUSTC, "LLVM version").unwrap()).unwrap(), 22);
    }

    #[test]
    fn a_name_is_matched_whole() {
        assert_eq!(field(RUSTC, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(RUSTC, "LLVM"), None);
    }

    #[test]
    fn a_strange_version_is_an_error_that_shows_it() {
        assert!(major("unknown").unwrap_err().to_string().contains("`unknown`"));
    }

    #[test]
    fn riscv_has_one_name_for_its_variants() {
        let on = |host: &str| Toolchain { llvm_major: 22, host: host.into(), sysroot: PathBuf::new() };
        assert_eq!(on("riscv64gc-unknown-linux-gnu").bpf_target_arch(), "riscv64");
        assert_eq!(on("aarch64-unknown-linux-gnu").bpf_target_arch(), "aarch64");
    }
}
