//! The kernels of the matrix: series of Debian's packages, and the newest package of each.

use std::cmp::Ordering;

/// A series of kernel packages: a release and a flavour.
#[derive(Debug, PartialEq, Eq)]
pub struct Series {
    /// How it is called on the command line.
    pub name: &'static str,
    /// The first two numbers of the release.
    release: &'static str,
    flavour: &'static str,
    /// What init sets `/proc/sys/kernel/pid_max` to. Both sizes that machines have are in the matrix: the kernel's own
    /// choice for few CPUs, and what systemd sets.
    pid_max: u32,
    /// The cgroup version that has the memory controller. Newer kernels may be built without the first.
    cgroup: &'static str,
    /// Where tracefs is mounted: without it, taskweight mounts it for itself.
    tracefs: &'static str,
}

/// All of the matrix, those with the fastest guests first.
pub const ALL: [Series; 3] = [
    Series { name: "6.1-cloud", release: "6.1", flavour: "cloud", pid_max: 32_768, cgroup: "v1", tracefs: "mounted" },
    Series { name: "6.12-cloud", release: "6.12", flavour: "cloud", pid_max: 4_194_304, cgroup: "v2", tracefs: "none" },
    Series { name: "6.12-rt", release: "6.12", flavour: "rt", pid_max: 32_768, cgroup: "v2", tracefs: "mounted" },
];

impl Series {
    /// The series of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|series| series.name == name)
    }

    /// What init is to set up, as words of its environment.
    pub fn words(&self) -> String {
        let Self { pid_max, cgroup, tracefs, .. } = self;
        format!("taskweight_pid_max={pid_max} taskweight_cgroup={cgroup} taskweight_tracefs={tracefs}")
    }

    /// What the names of its packages begin with.
    pub fn prefix(&self) -> String {
        format!("linux-image-{}.", self.release)
    }

    /// What the names of its packages look like, for people.
    pub fn pattern(&self) -> String {
        format!("{}*-{}-amd64", self.prefix(), self.flavour)
    }

    /// The kernel's release, `6.1.0-56-cloud-amd64`, when the package is of this series. Packages of debugging symbols,
    /// unsigned images and metapackages are not.
    fn release_of<'a>(&self, package: &'a str) -> Option<&'a str> {
        let release = package.strip_prefix("linux-image-")?;
        let version = release.strip_suffix("-amd64")?.strip_suffix(self.flavour)?.strip_suffix('-')?;
        let rest = version.strip_prefix(self.release)?.strip_prefix('.')?;
        let plain = rest.bytes().all(|byte| byte.is_ascii_digit() || b".-+~deb".contains(&byte));
        (rest.starts_with(|first: char| first.is_ascii_digit()) && plain).then_some(release)
    }

    /// The newest package of this series in a list with one name, and perhaps its description, a line.
    pub fn newest(&self, names: &str) -> Option<String> {
        let names = names.lines().filter_map(|line| line.split_whitespace().next());
        let ours = names.filter(|name| self.release_of(name).is_some());
        ours.max_by(|left, right| compare(left, right)).map(str::to_owned)
    }
}

/// Compares the numbers in two names: Debian counts rebuilds of one release by them.
fn compare(left: &str, right: &str) -> Ordering {
    numbers(left).cmp(&numbers(right))
}

fn numbers(name: &str) -> Vec<u64> {
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = "\
linux-image-6.1.0-9-cloud-amd64 - Linux 6.1 for x86-64 cloud (signed)
linux-image-6.1.0-56-cloud-amd64 - Linux 6.1 for x86-64 cloud (signed)
linux-image-6.1.0-56-cloud-amd64-unsigned - Linux 6.1 for x86-64 cloud
linux-image-6.1.0-57-cloud-amd64-dbg - Debug symbols for linux-image-6.1.0-57-cloud-amd64
linux-image-6.1.0-58-rt-amd64 - Linux 6.1 for 64-bit PCs, PREEMPT_RT (signed)
linux-image-6.12-cloud-amd64 - Linux for x86-64 cloud (meta-package)
linux-image-6.12.9+deb12-cloud-amd64 - Linux 6.12 for x86-64 cloud (signed)
linux-image-6.12.117+deb12-cloud-amd64 - Linux 6.12 for x86-64 cloud (signed)
linux-image-6.12.48+deb13-rt-amd64
linux-image-cloud-amd64 - Linux for x86-64 cloud (meta-package)
";

    fn newest(name: &str) -> Option<String> {
        Series::named(name).unwrap().newest(KNOWN)
    }

    #[test]
    fn the_newest_is_the_one_with_the_greatest_numbers() {
        assert_eq!(newest("6.1-cloud").as_deref(), Some("linux-image-6.1.0-56-cloud-amd64"));
        assert_eq!(newest("6.12-cloud").as_deref(), Some("linux-image-6.12.117+deb12-cloud-amd64"));
        assert_eq!(newest("6.12-rt").as_deref(), Some("linux-image-6.12.48+deb13-rt-amd64"));
    }

    #[test]
    fn metapackages_and_symbols_are_no_kernels() {
        let series = Series::named("6.12-cloud").unwrap();
        assert_eq!(series.newest("linux-image-6.12-cloud-amd64\nlinux-image-6.12.1-cloud-amd64-dbg\n"), None);
        assert_eq!(series.newest(""), None);
    }

    #[test]
    fn a_series_does_not_take_in_another_that_begins_alike() {
        let series = Series::named("6.1-cloud").unwrap();
        assert_eq!(series.newest("linux-image-6.12.1-cloud-amd64"), None);
        assert_eq!(series.newest("linux-image-6.1.0-1-arm64-cloud-amd64"), None);
    }

    #[test]
    fn names_are_distinct_and_all_that_init_can_set_up_is_there() {
        assert!(ALL.iter().all(|series| Series::named(series.name) == Some(series)));
        let words: Vec<_> = ALL.iter().map(Series::words).collect();
        for word in ["pid_max=32768", "pid_max=4194304", "cgroup=v1", "cgroup=v2", "tracefs=mounted", "tracefs=none"] {
            assert!(words.iter().any(|words| words.contains(word)), "{word}");
        }
    }
}
