//! Whom the command runs as, and whose the report is.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;

use crate::invocation::{Invocation, Outcome};

/// Numbers without an entry in the user database: they are taken as they are.
const USER: &str = "54321";
const GROUP: &str = "54322";

fn run_as_sudo(options: &[&str], command: &[&str]) -> Outcome {
    Invocation::run(options, command).env("SUDO_UID", USER).env("SUDO_GID", GROUP).start().finish()
}

#[test]
fn sudo_caller_runs_command_and_owns_report() {
    needs_bpf!();
    let outcome = run_as_sudo(&[], &["sh", "-c", "id -u; id -g; id -G"]);
    assert_eq!(outcome.stdout, format!("{USER}\n{GROUP}\n{GROUP}\n"), "{}", outcome.stderr);
    assert_eq!(outcome.code, 0);
    let file = fs::metadata(outcome.file()).unwrap();
    assert_eq!((file.uid().to_string(), file.gid().to_string()), (USER.to_owned(), GROUP.to_owned()));
}

#[test]
fn as_root_keeps_report_owner() {
    needs_bpf!();
    let outcome = run_as_sudo(&["--as-root"], &["id", "-u"]);
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("0\n", 0), "{}", outcome.stderr);
    assert_eq!(fs::metadata(outcome.file()).unwrap().uid().to_string(), USER);
}

#[test]
fn a_command_without_rights_is_measured_like_any_other() {
    needs_bpf!();
    let outcome = run_as_sudo(&["--per", "syscall:clone"], &["sh", "-c", "(:); (:); (:)"]);
    let run = outcome.run();
    assert_eq!((run.operations, run.kernel.threads_created), (Some(3), 3));
    crate::lossless::assert_switches_witnessed(&run);
}

/// Everything that a program inherits, one thing a line, less what differs with every process.
const INHERITED: &str = r#"
    grep -Ev '^(Name|State|Tgid|Ngid|Pid|PPid|NS[a-z]+|Vm.*|Rss.*|Hugetlb.*|Threads|.*ctxt_switches):' /proc/self/status
    cat /proc/self/limits
    ls /proc/self/fd | sed 's/^/fd /'
    tr '\0' '\n' < /proc/$$/environ | sort
    cat /proc/$$/oom_score_adj /proc/$$/personality
    umask; pwd; id; nice
"#;

/// As somebody might have set it, in ways that can all be seen.
fn peculiar() -> std::io::Result<()> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
    use nix::sys::stat::{Mode, umask};
    // Not above what there is, which even root may need a capability for.
    let most_files = getrlimit(Resource::RLIMIT_NOFILE)?.1.min(654);
    setrlimit(Resource::RLIMIT_NOFILE, most_files - 1, most_files)?;
    setrlimit(Resource::RLIMIT_STACK, 3 << 20, 64 << 20)?;
    umask(Mode::from_bits_truncate(0o027));
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&SigSet::from(Signal::SIGUSR1)), None)?;
    // SAFETY: no handler runs.
    unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) }?;
    nix::unistd::chdir("/usr")?;
    Ok(())
}

fn log_in(user: u32, group: u32) -> std::io::Result<()> {
    use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
    setgroups(&[Gid::from_raw(group)])?;
    setgid(Gid::from_raw(group))?;
    Ok(setuid(Uid::from_raw(user))?)
}

/// What the program inherits when it is run directly, as the user that taskweight would run it as.
fn directly(user: Option<(u32, u32)>) -> String {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", INHERITED]).stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    command.env_remove("TASKWEIGHT_PROGRAMS").env("SUDO_UID", USER).env("SUDO_GID", GROUP);
    // SAFETY: only calls that are safe after a fork.
    unsafe {
        command.pre_exec(crate::usual::signals).pre_exec(peculiar).pre_exec(crate::invocation::without_huge_pages)
    };
    if let Some((user, group)) = user {
        // SAFETY: as above.
        unsafe { command.pre_exec(move || log_in(user, group)) };
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn a_program_inherits_what_it_would_without_taskweight() {
    needs_bpf!();
    let (user, group) = (USER.parse().unwrap(), GROUP.parse().unwrap());
    for (options, user) in [(&[][..], Some((user, group))), (&["--as-root"], None)] {
        let mut invocation = Invocation::run(options, &["sh", "-c", INHERITED]).env("SUDO_UID", USER);
        invocation = invocation.env("SUDO_GID", GROUP).prepared(peculiar);
        let outcome = invocation.start().finish();
        let (theirs, expected) = (outcome.stdout.lines(), directly(user));
        assert!(expected.lines().count() > 40, "{expected}");
        let differing: Vec<_> = theirs.zip(expected.lines()).filter(|(one, other)| one != other).collect();
        assert!(differing.is_empty(), "{options:?}: {differing:#?}");
        assert_eq!(outcome.stdout.lines().count(), expected.lines().count(), "{}\n{expected}", outcome.stdout);
    }
}

#[test]
fn a_report_is_not_written_through_a_strangers_link() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let (victim, link) = (folder.path().join("victim"), folder.path().join("link"));
    fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(999), None).unwrap();
    let options = ["--json", link.to_str().unwrap()];
    let mut command = std::process::Command::new(crate::invocation::programs().join("taskweight"));
    let output = command.arg("run").args(options).args(["--", "echo", "executed"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(125), 0), "{stderr}");
    assert!(stderr.contains("is a symbolic link and belongs to user 999"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn caller_that_is_no_number_is_refused() {
    needs_bpf!();
    let outcome = Invocation::run(&[], &["echo", "executed"]).env("SUDO_UID", "alice").env("SUDO_GID", "1").start();
    let outcome = outcome.finish();
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", 125));
    assert!(outcome.stderr.contains("SUDO_UID=\"alice\" is not a user or group number"), "{}", outcome.stderr);
}
