//! `run`: build as the user, then taskweight as root.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{build, command};

/// The arguments of taskweight, options included.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Arguments of taskweight
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Builds, then becomes taskweight.
pub fn run(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    let toolchain = build::programs(workspace)?;
    let mut taskweight = command::as_root(workspace.release().join("taskweight"))?;
    taskweight.args(&args.args);
    if wants_page(&args.args) {
        taskweight.arg("--html").arg(workspace.target.join("compare.html"));
    }
    without_cargo(&mut taskweight, &[&workspace.target, &toolchain.sysroot]);
    match command::exec(taskweight)? {}
}

/// A comparison ends in a page to look at, unless another one is asked for or no comparison is made.
fn wants_page(args: &[OsString]) -> bool {
    let is_option = |arg: &OsString, name: &str| arg.to_str().is_some_and(|arg| arg.split('=').next() == Some(name));
    let has = |name: &str| args.iter().any(|arg| is_option(arg, name));
    args.first().is_some_and(|verb| verb == "compare") && !["--html", "--help", "-h"].into_iter().any(has)
}

/// Takes out what cargo added to the environment: the measured programs inherit it, and are to run as they would
/// when taskweight is started directly. With more folders to search, even their start would make more system calls.
fn without_cargo(command: &mut Command, folders_of_cargo: &[&Path]) {
    let of_cargo = |name: &OsString| name.to_str().is_some_and(is_of_cargo);
    env::vars_os().map(|(name, _)| name).filter(of_cargo).for_each(|name| _ = command.env_remove(name));
    let Some(libraries) = env::var_os("LD_LIBRARY_PATH") else { return };
    match other_folders(&libraries, folders_of_cargo) {
        Some(others) => command.env("LD_LIBRARY_PATH", others),
        None => command.env_remove("LD_LIBRARY_PATH"),
    };
}

fn is_of_cargo(name: &str) -> bool {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    ["CARGO", "RUST_RECURSION_COUNT"].contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// The folders in a search path that are not below those of cargo; `None` when there are none.
fn other_folders(search_path: &OsStr, folders_of_cargo: &[&Path]) -> Option<OsString> {
    let others = env::split_paths(search_path)
        .filter(|path| !folders_of_cargo.iter().any(|folder| path.starts_with(folder)))
        .filter(|path| !path.as_os_str().is_empty());
    env::join_paths(others).ok().filter(|joined| !joined.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folders_of_cargo_are_taken_out() {
        let folders = [Path::new("/t"), Path::new("/rust")];
        let others = |path: &str| other_folders(path.as_ref(), &folders);
        assert_eq!(others("/t/debug/deps:/opt/lib:/rust/lib"), Some("/opt/lib".into()));
        assert_eq!(others("/t/debug/deps:/rust/lib"), None);
    }

    #[test]
    fn a_comparison_ends_in_a_page() {
        let wants = |args: &[&str]| wants_page(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(wants(&["compare"]) && wants(&["compare", "--quick"]));
        assert!(!wants(&["compare", "--html", "mine.html"]) && !wants(&["compare", "--html=mine.html"]));
        assert!(!wants(&["compare", "--help"]) && !wants(&["run", "--", "compare"]) && !wants(&[]));
    }

    #[test]
    fn settings_of_the_user_stay() {
        assert!(is_of_cargo("CARGO_PKG_NAME") && is_of_cargo("CARGO"));
        assert!(!is_of_cargo("CARGO_HOME") && !is_of_cargo("CARGO_TARGET_DIR"));
    }
}
