//! Checks the format of the workloads in other languages, with what formatters the machine has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::workspace::Workspace;

/// How the format of a folder is checked.
struct Formatter {
    folder: &'static str,
    program: &'static str,
    args: &'static [&'static str],
    /// Endings of the files to name; none where the formatter takes the folder.
    files: &'static [&'static str],
}

const CLANG_FORMAT: Formatter = Formatter {
    folder: "c",
    program: "clang-format",
    args: &["--dry-run", "-Werror"],
    files: &["c", "h", "cpp", "hpp"],
};

const FORMATTERS: [Formatter; 4] = [
    CLANG_FORMAT,
    Formatter { folder: "cpp", ..CLANG_FORMAT },
    Formatter { folder: "go", program: "gofmt", args: &["-l"], files: &["go"] },
    Formatter {
        folder: "python",
        program: "ruff",
        args: &["format", "--check", "--quiet", "--no-cache", "."],
        files: &[],
    },
];

/// Checks the folders for which there is a formatter, names the others, and returns what is wrong.
pub fn check(workspace: &Workspace) -> Vec<anyhow::Error> {
    FORMATTERS.iter().filter_map(|formatter| one(workspace, formatter).err()).collect()
}

fn one(workspace: &Workspace, formatter: &Formatter) -> Result<()> {
    let folder = workspace.root.join("workloads").join(formatter.folder);
    let Some(program) = find(formatter.program, &workspace.tools()) else {
        eprintln!("format of workloads/{} NOT CHECKED: there is no {}", formatter.folder, formatter.program);
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(formatter.args).args(names(&folder, formatter.files)).current_dir(folder);
    command::show(&command);
    // gofmt names the files on stdout and ends with 0.
    let wrong = command::output(&mut command)?;
    if !wrong.is_empty() {
        bail!("{} would change in workloads/{}: {}", formatter.program, formatter.folder, words(&wrong));
    }
    Ok(())
}

/// On PATH, in the venv, or of the Go that is in the venv.
fn find(program: &str, tools: &Path) -> Option<PathBuf> {
    let venv = tools.join("venv");
    let of_go = || {
        let go = command::output(Command::new(venv.join("bin/go")).args(["env", "GOROOT"])).ok()?;
        Some(Path::new(go.trim()).join("bin").join(program))
    };
    let in_venv = Some(venv.join("bin").join(program)).filter(|path| path.exists());
    which::which(program).ok().or(in_venv).or_else(of_go).filter(|path| path.exists())
}

/// The files with one of these endings, in order.
fn names(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let is_one = |path: &PathBuf| path.extension().is_some_and(|end| endings.iter().any(|ending| end == *ending));
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| PathBuf::from(entry.file_name()));
    let mut names: Vec<_> = paths.filter(is_one).collect();
    names.sort_unstable();
    names
}

fn words(lines: &str) -> String {
    lines.split_whitespace().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_chosen_by_their_ending() {
        let folder = tempfile::tempdir().unwrap();
        ["b.go", "a.go", "go.mod", "go"].iter().for_each(|name| fs::write(folder.path().join(name), "").unwrap());
        assert_eq!(names(folder.path(), &["go"]), [Path::new("a.go"), Path::new("b.go")]);
        assert!(names(folder.path(), &[]).is_empty());
    }

    #[test]
    fn a_formatter_of_the_venv_is_found() {
        let tools = tempfile::tempdir().unwrap();
        fs::create_dir_all(tools.path().join("venv/bin")).unwrap();
        let program = tools.path().join("venv/bin/no-such-formatter");
        assert_eq!(find("no-such-formatter", tools.path()), None);
        fs::write(&program, "").unwrap();
        assert_eq!(find("no-such-formatter", tools.path()), Some(program));
    }
}
