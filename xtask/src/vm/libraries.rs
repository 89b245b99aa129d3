//! The shared libraries that a program needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The libraries of a program, its loader among them; none of a static one.
pub fn of(program: &Path) -> Result<Vec<PathBuf>> {
    // What cargo adds to the search path is not there in a guest.
    let output = Command::new("ldd").arg(program).env_remove("LD_LIBRARY_PATH").env("LC_ALL", "C").output();
    let output = output.context("start ldd")?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    if said.contains("not a dynamic executable") || said.contains("statically linked") {
        return Ok(Vec::new());
    }
    if !output.status.success() {
        bail!("ldd {} failed: {}", program.display(), said.trim());
    }
    parse(&said).with_context(|| format!("find the libraries of {}", program.display()))
}

/// Reads the lines of `ldd`: `NAME => PATH (ADDRESS)`, `PATH (ADDRESS)`, and the kernel's own, which has no file.
fn parse(said: &str) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for line in said.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, found) = line.split_once(" => ").unwrap_or((line, line));
        let path = found.rsplit_once(" (").map_or(found, |(path, _)| path);
        if path.starts_with('/') {
            paths.push(path.into());
        } else if !name.starts_with("linux-vdso.") && !name.starts_with("linux-gate.") {
            bail!("ldd says `{line}`");
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_loader_are_files() {
        let said = "\tlinux-vdso.so.1 (0x00007ffe)\n\
                    \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3a)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x00007f3b)\n";
        let paths = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"].map(PathBuf::from);
        assert_eq!(parse(said).unwrap(), paths);
    }

    #[test]
    fn a_library_that_is_not_found_is_named() {
        let error = parse("\tlibmissing.so.1 => not found\n").unwrap_err();
        assert!(error.to_string().contains("libmissing.so.1 => not found"), "{error}");
    }

    #[test]
    fn this_program_needs_a_c_library_and_its_loader() {
        let paths = of(&std::env::current_exe().unwrap()).unwrap();
        assert!(paths.iter().any(|path| path.to_string_lossy().contains("libc.so")), "{paths:?}");
        assert!(paths.iter().all(|path| path.exists()), "{paths:?}");
    }
}
