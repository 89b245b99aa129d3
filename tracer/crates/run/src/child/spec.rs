//! What to start, and all of it turned into C strings before the fork: afterwards nothing may allocate.

use std::env;
use std::ffi::{CString, NulError, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::ptr;

use libc::c_char;

use super::super::privilege::Identity;

/// What to start.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The program, looked up in PATH unless it contains a slash.
    pub program: OsString,
    /// Its arguments, without the program itself.
    pub args: Vec<OsString>,
    /// Whom it runs as.
    pub user: Identity,
    /// The only CPU it may run on; otherwise those that taskweight may run on.
    pub cpu: Option<usize>,
    /// Where its stdin and stdout lead. Its stderr is always that of taskweight.
    pub stdio: Stdio,
}

/// Where the program's stdin and stdout lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdio {
    /// To where those of taskweight lead, in the same process group: the program may be interactive and gets
    /// Ctrl-C from the terminal, as it would without taskweight.
    Inherit,
    /// To pipes, for the workload protocol. The program gets a process group of its own, all of which ends with it,
    /// and it never outlives taskweight.
    Protocol,
}

/// The arguments of `execve`: null-terminated arrays that point into strings kept beside them.
pub(super) struct Strings {
    pub(super) candidates: Vec<CString>,
    pub(super) argv: Array,
    /// `/bin/sh CANDIDATE ARGS`, for a script without an interpreter line. The second place is filled in at need.
    pub(super) shell_argv: Array,
    pub(super) envp: Array,
}

pub(super) struct Array {
    pub(super) pointers: Vec<*const c_char>,
    _strings: Vec<CString>,
}

pub(super) const SHELL: &std::ffi::CStr = c"/bin/sh";

impl Strings {
    pub(super) fn new(spec: &Spec) -> Result<Self, NulError> {
        let candidates = candidates(&spec.program, env::var_os("PATH").as_deref());
        let with_program = |first: &[&OsStr]| Array::new(first.iter().copied().chain(spec.args.iter().map(|a| &**a)));
        Ok(Self {
            candidates: candidates.iter().map(|path| CString::new(path.as_bytes())).collect::<Result<_, _>>()?,
            argv: with_program(&[&spec.program])?,
            shell_argv: with_program(&[OsStr::from_bytes(SHELL.to_bytes()), &spec.program])?,
            envp: Array::new(environment(&spec.user).iter().map(|variable| &**variable))?,
        })
    }
}

impl Array {
    fn new<'a>(strings: impl Iterator<Item = &'a OsStr>) -> Result<Self, NulError> {
        let strings: Vec<CString> = strings.map(|text| CString::new(text.as_bytes())).collect::<Result<_, _>>()?;
        let pointers = strings.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
        Ok(Self { pointers, _strings: strings })
    }
}

/// The files to try, as `execvp` does: the program itself if it names a directory, otherwise one per entry of PATH,
/// of which an empty one is the current directory.
fn candidates(program: &OsStr, path: Option<&OsStr>) -> Vec<OsString> {
    if program.is_empty() || program.as_bytes().contains(&b'/') {
        return vec![program.to_owned()];
    }
    let path = path.unwrap_or(OsStr::new("/bin:/usr/bin"));
    path.as_bytes().split(|&byte| byte == b':').map(|directory| join(directory, program)).collect()
}

fn join(directory: &[u8], program: &OsStr) -> OsString {
    let separator: &[u8] = if directory.is_empty() { b"" } else { b"/" };
    OsString::from_vec([directory, separator, program.as_bytes()].concat())
}

/// The environment of taskweight, with what names the user replaced; nothing of ours is added.
fn environment(user: &Identity) -> Vec<OsString> {
    let replaced = |name: &OsStr| user.environment().iter().any(|(other, _)| other == name);
    let kept = env::vars_os().filter(|(name, _)| !replaced(name));
    kept.chain(user.environment().iter().cloned()).map(|(name, value)| assignment(name, &value)).collect()
}

fn assignment(mut name: OsString, value: &OsStr) -> OsString {
    name.push("=");
    name.push(value);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(program: &str, path: Option<&str>) -> Vec<OsString> {
        candidates(program.as_ref(), path.map(OsStr::new))
    }

    #[test]
    fn a_name_with_a_slash_is_not_looked_up() {
        assert_eq!(tried("./true", Some("/bin")), ["./true"]);
        assert_eq!(tried("", Some("/bin")), [""]);
    }

    #[test]
    fn a_name_is_tried_in_every_directory_of_the_path() {
        assert_eq!(tried("true", Some("/a:/b")), ["/a/true", "/b/true"]);
        assert_eq!(tried("true", Some("/a::")), ["/a/true", "true", "true"]);
        assert_eq!(tried("true", None), ["/bin/true", "/usr/bin/true"]);
    }
}
