//! Where a report cannot be written: one clear line, and what was measured is shown all the same.

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown};
use std::process::{Command, Output};
use std::thread;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use taskweight_core::report::Report;

use crate::invocation::programs;

fn run(file: &str) -> Output {
    let mut command = Command::new(programs().join("taskweight"));
    command.env_remove("SUDO_UID").env_remove("SUDO_GID");
    command.args(["run", "--json", file, "--", "echo", "executed"]).output().unwrap()
}

/// One line about the file after the tables.
fn assert_shown_and_told(output: &Output, words: &str) {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(125), "{stderr}");
    assert!(stderr.contains("context switches"), "{stderr}");
    let last = stderr.lines().last().unwrap();
    assert!(last.starts_with("taskweight: ") && last.contains(words), "{last}");
}

#[test]
fn a_full_device_and_a_full_disk() {
    needs_bpf!();
    assert_shown_and_told(&run("/dev/full"), "/dev/full: not written: No space left on device");
    let folder = tempfile::tempdir().unwrap();
    mount(Some("none"), folder.path(), Some("tmpfs"), MsFlags::empty(), Some("size=4k")).unwrap();
    let output = run(folder.path().join("r.json").to_str().unwrap());
    let left = fs::read_dir(folder.path()).unwrap().count();
    umount2(folder.path(), MntFlags::MNT_DETACH).unwrap();
    assert_shown_and_told(&output, "r.json: not written: No space left on device");
    assert_eq!(left, 0, "half a report is none");
}

#[test]
fn a_disk_that_cannot_be_written_is_found_before_anything_is_run() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    mount(Some("none"), folder.path(), Some("tmpfs"), MsFlags::MS_RDONLY, None::<&str>).unwrap();
    let output = run(folder.path().join("r.json").to_str().unwrap());
    umount2(folder.path(), MntFlags::MNT_DETACH).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.lines().count()), (Some(125), 1), "{stderr}");
    assert!(stderr.contains("Read-only file system"), "{stderr}");
}

#[test]
fn a_pipe_with_a_name_is_written_to_and_stays() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    let output = run(pipe.to_str().unwrap());
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"executed\n"[..]), "{output:?}");
    let report: Report = serde_json::from_slice(&reader.join().unwrap()).unwrap();
    assert_eq!(report.runs[0].exit_status, Some(0));
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    // A reader that does not stay until something comes, as that of a pipe without a name: it changes nothing.
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || drop(File::open(pipe).unwrap())
    });
    let output = run(pipe.to_str().unwrap());
    reader.join().unwrap();
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"executed\n"[..]), "{output:?}");
}

#[test]
fn standard_output_by_its_name_is_a_pipe_like_any_other() {
    needs_bpf!();
    for name in ["/dev/stdout", "/proc/self/fd/1"] {
        let output = run(name);
        let report = output.stdout.strip_prefix(b"executed\n").unwrap();
        let report: Report = serde_json::from_slice(report).unwrap();
        assert_eq!((output.status.code(), report.runs[0].exit_status), (Some(0), Some(0)), "{name}");
    }
}

#[test]
fn a_file_of_somebody_elses_where_everybody_may_put_one_is_refused() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    fs::write(&file, "precious").unwrap();
    chown(&file, Some(999), None).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    let output = run(file.to_str().unwrap());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len(), stderr.lines().count()), (Some(125), 0, 1), "{stderr}");
    assert!(stderr.contains("user 999"), "{stderr}");
    assert_eq!((fs::read(&file).unwrap(), fs::read_dir(folder.path()).unwrap().count()), (b"precious".to_vec(), 1));
}
