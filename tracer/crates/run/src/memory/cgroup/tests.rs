use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

/// A directory as the parent: enough for all that does not need the kernel.
fn place(directory: &Path) -> Place {
    Place { version: Version::V1, parent: directory.to_owned(), own: directory.to_owned() }
}

#[test]
fn leftovers_go_and_the_rest_stays() {
    let parent = tempfile::tempdir().unwrap();
    let owner = Owner::this_process().unwrap();
    let namespace = owner.name(0).rsplit('-').nth(1).unwrap().to_owned();
    let leftover = parent.path().join(format!("taskweight-4294967295-1-{namespace}-0"));
    let living = parent.path().join(owner.name(1_000));
    let foreign = parent.path().join("taskweight-of-somebody");
    let in_use = parent.path().join(format!("taskweight-4294967295-1-{namespace}-1"));
    for path in [&leftover, &living, &foreign, &in_use, &in_use.join("busy")] {
        fs::create_dir(path).unwrap();
    }
    let cgroup = RunCgroup::create_at(&place(parent.path())).unwrap();
    assert_eq!([&leftover, &living, &foreign, &in_use].map(|path| path.exists()), [false, true, true, true]);
    let path = cgroup.path().to_owned();
    assert!(path.exists() && path.parent() == Some(parent.path()));
    drop(cgroup);
    assert!(!path.exists());
}

#[test]
fn two_at_once_are_two() {
    let parent = tempfile::tempdir().unwrap();
    let (one, other) = (RunCgroup::create_at(&place(parent.path())), RunCgroup::create_at(&place(parent.path())));
    assert_ne!(one.unwrap().path(), other.unwrap().path());
}

#[test]
fn a_place_where_nothing_can_be_made() {
    let reason = RunCgroup::create_at(&place(Path::new("/proc/self"))).unwrap_err();
    assert!(reason.starts_with("make /proc/self/taskweight-"), "{reason}");
    assert!(advice(&io::Error::from_raw_os_error(libc::EROFS)).contains("read-only"));
    assert!(advice(&io::Error::from_raw_os_error(libc::EACCES)).contains("run as root"));
}

/// The kernel's own, where this process may make one; elsewhere the reason must say something.
#[test]
fn a_process_is_charged_to_its_cgroup() {
    let cgroup = match RunCgroup::create() {
        Ok(cgroup) => cgroup,
        Err(reason) => return println!("not here: {reason}"),
    };
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let added = cgroup.add(child.id());
    if let Err(reason) = added {
        println!("not here: {reason}");
    } else {
        assert_eq!(cgroup.pids().unwrap(), [child.id()]);
        child.stdin.as_mut().unwrap().write_all(&[0; 100_000]).unwrap();
        let memory = cgroup.memory().unwrap();
        assert!(memory.usage_bytes > 4096 && memory.version == cgroup.version(), "{memory:?}");
    }
    let (path, version) = (cgroup.path().to_owned(), cgroup.version());
    drop(cgroup);
    assert!(!path.exists());
    assert!(child.try_wait().unwrap().is_none(), "it lives, elsewhere");
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(CgroupMemory::read(version, &path).is_err());
}
