//! What a process holds in the kernel: eBPF programs, maps and links, by their ids.

use std::collections::BTreeSet;
use std::fs;

use crate::machine::wait_for;

/// Ids of programs, maps and links. The kernel does not give an id away again until all others have had their turn.
#[derive(Debug)]
pub struct Loaded {
    programs: BTreeSet<u32>,
    maps: BTreeSet<u32>,
    links: BTreeSet<u32>,
}

impl Loaded {
    /// Waits until taskweight has loaded all of its programs, and gives what it holds.
    pub fn by(taskweight: u32) -> Self {
        let mut loaded = Self::now_by(taskweight);
        wait_for("programs of taskweight in the kernel", || {
            loaded = Self::now_by(taskweight);
            loaded.programs.len() >= 11
        });
        assert!(loaded.maps.len() >= 10 && !loaded.links.is_empty(), "{loaded:?}");
        assert!(loaded.is_there(), "what is held is in the kernel's list: {loaded:?}");
        loaded
    }

    /// What it holds now, which may be nothing.
    pub fn now_by(pid: u32) -> Self {
        let entries = fs::read_dir(format!("/proc/{pid}/fdinfo")).unwrap();
        let infos: Vec<_> = entries.filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok()).collect();
        let ids = |name: &str| {
            let of_info = |info: &String| info.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
            infos.iter().filter_map(of_info).collect()
        };
        Self { programs: ids("prog_id:"), maps: ids("map_id:"), links: ids("link_id:") }
    }

    /// Whether there are programs among it.
    pub fn has_programs(&self) -> bool {
        !self.programs.is_empty()
    }

    /// Whether all of it is in the kernel's own lists.
    fn is_there(&self) -> bool {
        let there = Self::in_the_kernel();
        let pairs = self.beside(&there);
        pairs.into_iter().all(|(ours, all)| ours.is_subset(all))
    }

    /// Waits until none of it is in the kernel's own lists. The kernel takes things out some time after the last
    /// descriptor is closed.
    pub fn disappears(&self) {
        wait_for("the kernel lets go of programs, maps and links", || {
            let there = Self::in_the_kernel();
            self.beside(&there).into_iter().all(|(ours, all)| ours.is_disjoint(all))
        });
    }

    fn beside<'a>(&'a self, other: &'a Self) -> [(&'a BTreeSet<u32>, &'a BTreeSet<u32>); 3] {
        [(&self.programs, &other.programs), (&self.maps, &other.maps), (&self.links, &other.links)]
    }

    fn in_the_kernel() -> Self {
        // One that disappears between the listing and the look at it is no longer there.
        let programs = aya::programs::loaded_programs().filter_map(Result::ok).map(|program| program.id());
        let maps = aya::maps::loaded_maps().filter_map(Result::ok).map(|map| map.id());
        let links = aya::programs::loaded_links().filter_map(Result::ok).map(|link| link.id());
        Self { programs: programs.collect(), maps: maps.collect(), links: links.collect() }
    }
}
