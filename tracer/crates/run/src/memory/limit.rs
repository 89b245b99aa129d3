//! How much memory the cgroup of taskweight itself may use: with too little the kernel would kill it half-way.

use std::fs;
use std::path::{Path, PathBuf};

use super::cgroup;

/// What taskweight needs besides the thread table, above all while it reads the kernel's type information: runs end well
/// with 40 MiB.
pub const LEAST_BYTES: u64 = 48 << 20;

/// Says in words that `needed` bytes cannot be had, where they cannot.
///
/// # Errors
/// Names the cgroup with the limit, and what to do.
pub fn require(needed: u64) -> Result<(), String> {
    compare(narrowest(), needed)
}

fn compare(narrowest: Option<(u64, PathBuf)>, needed: u64) -> Result<(), String> {
    match narrowest {
        Some((bytes, cgroup)) if bytes < needed => Err(format!(
            "memory: the cgroup {} is limited to {} MiB, but taskweight alone needs {}: raise the limit, or lower --max-threads",
            cgroup.display(),
            bytes >> 20,
            needed.div_ceil(1 << 20)
        )),
        _ => Ok(()),
    }
}

/// The narrowest limit that is in force here, and the cgroup that has it; `None` where there is none.
fn narrowest() -> Option<(u64, PathBuf)> {
    narrowest_of(&cgroup::own().ok()?)
}

/// Limits hold for all that is below. Without one a file says `max`, or the highest number of pages.
fn narrowest_of(own: &Path) -> Option<(u64, PathBuf)> {
    let limits = own.ancestors().filter_map(|path| Some((limit(path)?, path.to_owned())));
    limits.min_by_key(|(bytes, _)| *bytes)
}

fn limit(cgroup: &Path) -> Option<u64> {
    let files = ["memory.max", "memory.limit_in_bytes"];
    let text = files.iter().find_map(|file| fs::read_to_string(cgroup.join(file)).ok())?;
    text.trim().parse().ok().filter(|bytes| *bytes < i64::MAX as u64 / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_limit_on_the_way_up_holds() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("slice/service/run");
        fs::create_dir_all(&own).unwrap();
        assert_eq!(narrowest_of(&own), None);
        let write = |path: &str, file: &str, text: &str| fs::write(root.path().join(path).join(file), text).unwrap();
        write("slice/service/run", "memory.max", "max\n");
        assert_eq!(narrowest_of(&own), None);
        write("slice/service", "memory.max", "50000000\n");
        write("slice", "memory.max", "70000000\n");
        assert_eq!(narrowest_of(&own), Some((50_000_000, root.path().join("slice/service"))));
        write("slice/service/run", "memory.max", "30000000\n");
        assert_eq!(narrowest_of(&own).unwrap().0, 30_000_000);
    }

    #[test]
    fn of_version_1_too_where_the_highest_number_is_none() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("docker/container/run");
        fs::create_dir_all(&own).unwrap();
        let write = |path: &str, text: &str| {
            fs::write(root.path().join(path).join("memory.limit_in_bytes"), text).unwrap();
        };
        for path in ["", "docker", "docker/container", "docker/container/run"] {
            write(path, "9223372036854771712\n");
        }
        assert_eq!(narrowest_of(&own), None);
        write("docker", "40000000\n");
        assert_eq!(narrowest_of(&own), Some((40_000_000, root.path().join("docker"))));
        write("docker/container/run", "90000000\n");
        assert_eq!(narrowest_of(&own).unwrap().0, 40_000_000, "the wider one below changes nothing");
        write("docker/container", "1048576\n");
        assert_eq!(narrowest_of(&own), Some((1 << 20, root.path().join("docker/container"))));
    }

    #[test]
    fn where_two_are_equally_narrow_the_nearer_one_is_named() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("slice/run");
        fs::create_dir_all(&own).unwrap();
        for path in ["slice", "slice/run"] {
            fs::write(root.path().join(path).join("memory.max"), "4096\n").unwrap();
        }
        assert_eq!(narrowest_of(&own), Some((4096, own)));
    }

    #[test]
    fn what_is_no_number_is_no_limit() {
        let root = tempfile::tempdir().unwrap();
        for text in ["", "max\n", "-1\n", "4096 pages\n", "18446744073709551616\n"] {
            fs::write(root.path().join("memory.max"), text).unwrap();
            assert_eq!(narrowest_of(root.path()), None, "{text:?}");
        }
        fs::write(root.path().join("memory.max"), "0\n").unwrap();
        assert_eq!(narrowest_of(root.path()).unwrap().0, 0);
    }

    #[test]
    fn too_little_is_said_with_what_to_do() {
        let cgroup = PathBuf::from("/sys/fs/cgroup/small");
        let reason = compare(Some((32 << 20, cgroup.clone())), (48 << 20) + 1).unwrap_err();
        assert!(
            reason.contains("/sys/fs/cgroup/small is limited to 32 MiB, but taskweight alone needs 49: raise"),
            "{reason}"
        );
        assert_eq!(compare(Some((48 << 20, cgroup)), 48 << 20), Ok(()));
        assert_eq!(compare(None, u64::MAX), Ok(()));
    }
}
