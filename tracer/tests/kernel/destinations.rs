//! Where a report cannot be written: one clear line, and what was measured is shown all the same.

use std::fs;
use std::process::{Command, Output};

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::invocation::programs;

fn run(file: &str) -> Output {
    let mut command = Command::new(programs().join("taskweight"));
    command.env_remove("SUDO_UID").env_remove("SUDO_GID");
    command.args(["run", "--json", file, "--", "true"]).output().unwrap()
}

/// One line about the file after the tables.
fn assert_shown_and_told(output: &Output, words: &str) {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(125), "{stderr}");
    assert!(stderr.contains("kernel switches"), "{stderr}");
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
