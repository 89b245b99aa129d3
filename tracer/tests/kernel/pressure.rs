//! A taskweight that may use little memory: it measures truly or says that it cannot, and leaves nothing behind.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use taskweight_report::json;
use taskweight_run::memory::cgroup::{RunCgroup, Version};

use crate::invocation::{programs, subject};
use crate::syscall::check_getppid;

const COUNT: u64 = 10_007;

/// Runs it in a cgroup that may use so many bytes.
fn run_within(limit_bytes: u64, report: &str) -> Output {
    let cgroup = RunCgroup::create().unwrap();
    let file = match cgroup.version() {
        Version::V1 => "memory.limit_in_bytes",
        Version::V2 => "memory.max",
    };
    fs::write(cgroup.path().join(file), limit_bytes.to_string()).unwrap();
    let taskweight = programs().join("taskweight");
    // A shell that waits for a line is in the cgroup before it becomes taskweight.
    let script = "read go; exec \"$0\" run --json \"$1\" -- \"$2\" getppid \"$3\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, taskweight.to_str().unwrap(), report, &subject(), &COUNT.to_string()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    cgroup.add(child.id()).unwrap();
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn with_little_memory_it_measures_truly_or_fails_with_a_line() {
    needs_bpf!();
    if let Err(reason) = RunCgroup::create() {
        skip!("no memory cgroups here: {reason}");
    }
    let mut ends = Vec::new();
    for mebibytes in [16, 24, 32, 48, 64, 128, 256] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        let output = run_within(mebibytes << 20, file.to_str().unwrap());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let end = match output.status.code() {
            Some(0) => {
                check_getppid(&json::read(&file).unwrap().runs[0], COUNT);
                "measured"
            }
            _ => {
                assert_eq!(
                    (output.status.code(), stderr.lines().count()),
                    (Some(125), 1),
                    "{}\n{stderr}",
                    output.status
                );
                assert!(stderr.contains("is limited to") && stderr.contains("raise the limit"), "{stderr}");
                "refused"
            }
        };
        println!("{mebibytes} MiB: {end}: {}", stderr.lines().next().unwrap_or_default());
        if end != "measured" {
            assert!(!file.exists() || json::read(&file).is_ok(), "a report is whole or not there");
        }
        ends.push(end);
        let left = fs::read_dir(folder.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path() != file).count();
        assert_eq!(left, 0, "{mebibytes} MiB: files beside the report");
    }
    assert_eq!(ends.last(), Some(&"measured"), "{ends:?}");
    assert_ne!(ends[0], "measured", "{ends:?}");
}
