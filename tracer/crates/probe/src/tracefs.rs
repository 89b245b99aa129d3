//! The kernel's files about its tracepoints (tracefs): their ids, and how their records are laid out.
//!
//! Where tracefs is not mounted, a mount of it is made that has no place in the tree of files: nobody else sees it, and it
//! goes with its descriptor.

use std::{
    fs::File,
    io::{self, Read as _},
    os::fd::{AsFd as _, OwnedFd},
    path::Path,
};

use nix::{
    fcntl::{OFlag, openat},
    sys::stat::Mode,
};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};

/// Where it is mounted, if it is.
const MOUNTED: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// An open tracefs.
#[derive(Debug)]
pub struct Tracefs {
    root: OwnedFd,
}

impl Tracefs {
    /// Opens it where it is mounted, or mounts it for us alone.
    ///
    /// # Errors
    /// Says in words why it cannot be had.
    pub fn open() -> Result<Self, String> {
        let root = match Self::place() {
            Some(path) => File::open(path).map(OwnedFd::from).map_err(|error| format!("open {path}: {error}")),
            None => mount().map_err(|error| {
                format!("tracefs is not mounted, and mounting it privately failed: {error} (needs CAP_SYS_ADMIN)")
            }),
        };
        root.map(|root| Self { root })
    }

    /// Where it is mounted; `None` where it is not.
    pub fn place() -> Option<&'static str> {
        MOUNTED.into_iter().find(|path| Path::new(path).join("events").is_dir())
    }

    /// The number by which a tracepoint is opened.
    ///
    /// # Errors
    /// Where the kernel has no such tracepoint.
    pub fn id(&self, group: &str, tracepoint: &str) -> Result<u64, String> {
        let text = self.read(&format!("events/{group}/{tracepoint}/id"))?;
        text.trim()
            .parse()
            .map_err(|_| format!("the id of tracepoint {group}/{tracepoint} is not a number: {}", text.trim()))
    }

    /// How a tracepoint's record is laid out.
    ///
    /// # Errors
    /// Where the kernel has no such tracepoint.
    pub fn format(&self, group: &str, tracepoint: &str) -> Result<Format, String> {
        let file = format!("events/{group}/{tracepoint}/format");
        Ok(Format { tracepoint: tracepoint.to_owned(), text: self.read(&file)? })
    }

    fn read(&self, path: &str) -> Result<String, String> {
        let file = openat(self.root.as_fd(), path, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty());
        let mut text = String::new();
        let read = file.map_err(io::Error::from).and_then(|file| File::from(file).read_to_string(&mut text));
        read.map(|_| text).map_err(|error| format!("tracefs: {path}: {error}"))
    }
}

/// The `format` file of one tracepoint.
#[derive(Debug)]
pub struct Format {
    tracepoint: String,
    text: String,
}

impl Format {
    /// Where a field of `bytes` bytes lies, in bytes from the start of the record.
    ///
    /// # Errors
    /// Where there is no such field, or it has another size.
    pub fn offset(&self, field: &str, bytes: u32) -> Result<u32, String> {
        let lines = self.text.lines().filter_map(|line| line.trim().strip_prefix("field:"));
        let found = lines.map(|line| line.split(';').map(str::trim).collect::<Vec<_>>());
        let found = found.into_iter().find(|parts| parts[0].rsplit(' ').next() == Some(field));
        let parts = found.ok_or_else(|| format!("records of {} have no field {field}", self.tracepoint))?;
        let number = |name: &str| parts.iter().find_map(|part| part.strip_prefix(name)?.parse::<u32>().ok());
        match (number("offset:"), number("size:")) {
            (Some(offset), Some(size)) if size == bytes => Ok(offset),
            _ => {
                Err(format!("records of {}: {field} is not {bytes} bytes long: {}", self.tracepoint, parts.join("; ")))
            }
        }
    }
}

fn mount() -> io::Result<OwnedFd> {
    let context = fsopen("tracefs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(context.as_fd())?;
    let attributes =
        MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    Ok(fsmount(context.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As of Linux 6.12; the offsets are those of x86-64.
    const SCHED_SWITCH: &str = "name: sched_switch
ID: 315
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;
\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;
\tfield:int prev_prio;\toffset:28;\tsize:4;\tsigned:1;
\tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;
\tfield:char next_comm[16];\toffset:40;\tsize:16;\tsigned:0;
\tfield:pid_t next_pid;\toffset:56;\tsize:4;\tsigned:1;

print fmt: \"prev_comm=%s prev_pid=%d\", REC->prev_comm, REC->prev_pid
";

    fn format() -> Format {
        Format { tracepoint: String::from("sched_switch"), text: SCHED_SWITCH.to_owned() }
    }

    #[test]
    fn fields_are_found_by_name_and_size() {
        let found = ["prev_pid", "next_pid"].map(|field| format().offset(field, 4));
        assert_eq!(found, [Ok(24), Ok(56)]);
        assert_eq!(format().offset("prev_state", 8), Ok(32));
    }

    #[test]
    fn fields_that_are_not_as_expected_are_named() {
        let error = format().offset("pid", 4).expect_err("only prev_pid and next_pid");
        assert_eq!(error, "records of sched_switch have no field pid");
        let error = format().offset("prev_state", 4).expect_err("too long");
        assert!(
            error.starts_with("records of sched_switch: prev_state is not 4 bytes long: long prev_state; "),
            "{error}"
        );
    }
}
