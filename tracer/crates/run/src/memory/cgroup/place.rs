//! Where a cgroup with the memory controller can be made.

use std::fs;
use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, MountInfos};
use procfs::{FromRead, ProcessCGroups};

/// Which of the two interfaces has the memory controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A hierarchy of its own.
    V1,
    /// The unified hierarchy.
    V2,
}

/// A directory in which to make a cgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) version: Version,
    pub(super) parent: PathBuf,
    /// The cgroup of this process.
    pub(super) own: PathBuf,
}

/// The place for the cgroups of this process. `root` stands for `/`.
pub(super) fn find(root: &Path) -> Result<Place, String> {
    let (version, own, top) = own(root)?;
    let parent = match version {
        Version::V1 => own.clone(),
        Version::V2 => delegating(&own, &top)?,
    };
    Ok(Place { version, parent, own })
}

/// The cgroup of this process, and the topmost that can be seen here.
pub(super) fn own(root: &Path) -> Result<(Version, PathBuf, PathBuf), String> {
    let cgroups: ProcessCGroups = parse(root, "proc/self/cgroup")?;
    let mounts: MountInfos = parse(root, "proc/self/mountinfo")?;
    let v1 = cgroups.0.iter().find(|cgroup| cgroup.controllers.iter().any(|name| name == "memory"));
    if let Some(own) = v1 {
        let mount =
            mounts.0.iter().find(|mount| mount.fs_type == "cgroup" && mount.super_options.contains_key("memory"));
        let mount = mount.ok_or("the memory controller is in a hierarchy of cgroup v1 that is not mounted here")?;
        return Ok((Version::V1, directory(root, mount, &own.pathname)?, directory(root, mount, &mount.root)?));
    }
    let own = cgroups.0.iter().find(|cgroup| cgroup.hierarchy == 0);
    let own = own.ok_or("this process is not in a cgroup with a memory controller")?;
    let mount = mounts.0.iter().find(|mount| mount.fs_type == "cgroup2").ok_or("no cgroups are mounted here")?;
    Ok((Version::V2, directory(root, mount, &own.pathname)?, directory(root, mount, &mount.root)?))
}

fn parse<T: FromRead>(root: &Path, path: &str) -> Result<T, String> {
    let text = fs::read(root.join(path)).map_err(|error| format!("/{path}: {error}"))?;
    // Other mount points need not be UTF-8.
    let text = String::from_utf8_lossy(&text);
    T::from_read(text.as_bytes()).map_err(|error| format!("/{path}: {error}"))
}

/// The directory of a cgroup. Its name counts from the root of the hierarchy, of which a container mounts a part.
fn directory(root: &Path, mount: &MountInfo, name: &str) -> Result<PathBuf, String> {
    let below = Path::new(name).strip_prefix(&mount.root).ok();
    let below = below.filter(|below| !below.starts_with(".."));
    let below = below.ok_or_else(|| format!("this process's cgroup {name} is outside the mounted hierarchy"))?;
    let top = root.join(mount.mount_point.strip_prefix("/").unwrap_or(&mount.mount_point));
    Ok(if below.as_os_str().is_empty() { top } else { top.join(below) })
}

/// The nearest cgroup that gives its children the memory controller. It has no processes of its own, unless it is the
/// root: the kernel sees to that.
fn delegating(own: &Path, top: &Path) -> Result<PathBuf, String> {
    let gives_memory = |cgroup: &&Path| {
        let control = fs::read_to_string(cgroup.join("cgroup.subtree_control")).unwrap_or_default();
        control.split_whitespace().any(|name| name == "memory")
    };
    let mut upwards = own.ancestors().take_while(|cgroup| cgroup.starts_with(top));
    let found = upwards.find(gives_memory).map(Path::to_owned);
    found.ok_or_else(|| {
        let file = top.join("cgroup.subtree_control");
        format!(
            "no cgroup from {} up enables the memory controller for its children: echo +memory > {}",
            own.display(),
            file.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const V1_MOUNT: &str = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
    const V2_MOUNT: &str = "30 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    fn tree(cgroup: &str, mounts: &str, control: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("proc/self/cgroup", cgroup);
        write("proc/self/mountinfo", mounts);
        control.iter().for_each(|(of, names)| write(&format!("sys/fs/cgroup{of}/cgroup.subtree_control"), names));
        root
    }

    fn found(cgroup: &str, mounts: &str, control: &[(&str, &str)]) -> Result<(Version, String), String> {
        let root = tree(cgroup, mounts, control);
        let place = find(root.path())?;
        let parent = place.parent.strip_prefix(root.path()).unwrap();
        Ok((place.version, parent.to_str().unwrap().to_owned()))
    }

    #[test]
    fn version_1_below_our_own() {
        let hybrid = "9:name=systemd:/\n4:memory:/user/me\n1:cpu,cpuacct:/\n0::/user.slice\n";
        let mounts = format!("{V1_MOUNT}44 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
        assert_eq!(found(hybrid, &mounts, &[]), Ok((Version::V1, "sys/fs/cgroup/memory/user/me".to_owned())));
        let reason = found(hybrid, V2_MOUNT, &[]).unwrap_err();
        assert!(reason.contains("not mounted"), "{reason}");
    }

    #[test]
    fn a_container_mounts_a_part() {
        let mounts = V1_MOUNT.replace("0:32 / ", "0:32 /docker/ab12 ");
        let inside = found("4:memory:/docker/ab12/x\n", &mounts, &[]);
        assert_eq!(inside, Ok((Version::V1, "sys/fs/cgroup/memory/x".to_owned())));
        for outside in ["/docker/cd34", "/", "/../cd34"] {
            let reason = found(&format!("4:memory:{outside}\n"), &mounts, &[]).unwrap_err();
            assert!(reason.contains("outside the mounted"), "{reason}");
        }
        assert!(found("0::/../x\n", V2_MOUNT, &[]).is_err());
    }

    #[test]
    fn version_2_beside_us_below_the_nearest_that_gives_memory() {
        let control = [("", "cpu memory pids\n"), ("/user.slice", "memory pids\n"), ("/user.slice/me.scope", "\n")];
        let place = found("0::/user.slice/me.scope\n", V2_MOUNT, &control);
        assert_eq!(place, Ok((Version::V2, "sys/fs/cgroup/user.slice".to_owned())));
        let place = found("0::/a/b/c\n", V2_MOUNT, &control[..1]);
        assert_eq!(place, Ok((Version::V2, "sys/fs/cgroup".to_owned())));
        assert_eq!(found("0::/\n", V2_MOUNT, &control[..1]), Ok((Version::V2, "sys/fs/cgroup".to_owned())));
    }

    #[test]
    fn version_2_without_memory() {
        let reason = found("0::/me\n", V2_MOUNT, &[("", "cpu memory_x pids\n")]).unwrap_err();
        assert!(reason.contains("echo +memory > ") && reason.ends_with("/cgroup.subtree_control"), "{reason}");
        assert!(found("0::/\n", "", &[]).unwrap_err().contains("no cgroups are mounted"));
        assert!(found("", V2_MOUNT, &[]).unwrap_err().contains("not in a cgroup"));
        assert!(find(Path::new("/nonexistent")).unwrap_err().starts_with("/proc/self/cgroup: "));
    }
}
