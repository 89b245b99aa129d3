//! What is packed, laid out as below `/usr`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::command;
use crate::workspace::Workspace;

/// Where the models' programs are: taskweight looks there, seen from its own folder.
const PROGRAMS: &str = "lib/taskweight";
const MANUAL: &str = "share/man/man1";
const DOCUMENTATION: &str = "share/doc/taskweight";

/// Completions: shell, and where it looks for them.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/taskweight"),
    ("zsh", "share/zsh/vendor-completions/_taskweight"),
    ("fish", "share/fish/vendor_completions.d/taskweight.fish"),
];

/// Fills a folder with everything that is packed.
pub fn lay_out(workspace: &Workspace, root: &Path) -> Result<()> {
    let taskweight = root.join("bin/taskweight");
    program(&workspace.release().join("taskweight"), &taskweight)?;
    // The other models need a runtime that `setup` has put into the source tree.
    for path in workspace.native_programs()?.iter().filter(|path| !path.ends_with("taskweight")) {
        program(path, &root.join(PROGRAMS).join(path.file_name().unwrap_or_default()))?;
    }
    manual(&taskweight, &root.join(MANUAL))?;
    for (shell, path) in COMPLETIONS {
        let script = command::output(Command::new(&taskweight).args(["completions", shell]))?;
        write(&root.join(path), script.as_bytes())?;
    }
    documentation(workspace, &root.join(DOCUMENTATION))
}

/// Copies a program without its debug information.
fn program(from: &Path, to: &Path) -> Result<()> {
    parent(to)?;
    let mut strip = Command::new("strip");
    strip.args(["--strip-debug", "-o"]).arg(to).arg(from).stdin(Stdio::null());
    command::run(&mut strip)?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o755))?)
}

/// Compressed, as Debian has them.
fn manual(taskweight: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    command::run(Command::new(taskweight).arg("man").arg(folder))?;
    command::run(Command::new("gzip").args(["-9", "--no-name", "--recursive"]).arg(folder))
}

fn documentation(workspace: &Workspace, folder: &Path) -> Result<()> {
    for name in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        write(&folder.join(name), &fs::read(workspace.root.join(name))?)?;
    }
    for entry in fs::read_dir(workspace.root.join("docs"))? {
        let path = entry?.path();
        if path.is_file() {
            write(&folder.join("docs").join(path.file_name().unwrap_or_default()), &fs::read(&path)?)?;
        }
    }
    write(&folder.join("copyright"), copyright(workspace)?.as_bytes())
}

/// Who may do what with taskweight, and with each package that its sources use.
fn copyright(workspace: &Workspace) -> Result<String> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace.root.join("Cargo.toml"))
        .exec()
        .context("list the packages that are linked in (cargo metadata)")?;
    let mut lines: Vec<_> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .map(|package| {
            format!("{} {}: {}", package.name, package.version, package.license.as_deref().unwrap_or("see its sources"))
        })
        .collect();
    lines.sort();
    Ok(format!(
        "taskweight: MIT OR Apache-2.0, see LICENSE-MIT and LICENSE-APACHE.\n\nPackages of crates.io that its sources use:\n\n{}\n",
        lines.join("\n")
    ))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    parent(path)?;
    fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}

fn parent(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))
}
