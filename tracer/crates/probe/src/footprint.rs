//! Memory of eBPF maps, which no figure of a process has in it.

use std::{
    collections::BTreeMap,
    fs,
    sync::atomic::{AtomicU64, Ordering},
};

/// The most that maps of this process took at a time.
static MOST: AtomicU64 = AtomicU64::new(0);

/// Bytes that the maps held by this process take, as the kernel states them (/proc/self/fdinfo); each map once, however many
/// descriptors it has.
pub fn map_bytes() -> u64 {
    let descriptors = fs::read_dir("/proc/self/fdinfo").into_iter().flatten().flatten();
    let texts = descriptors.filter_map(|entry| fs::read_to_string(entry.path()).ok());
    texts.filter_map(|text| map(&text)).collect::<BTreeMap<_, _>>().values().sum()
}

/// Takes note of how much it is now: a session has all its maps.
pub(crate) fn note() {
    MOST.fetch_max(map_bytes(), Ordering::Relaxed);
}

/// The most that was noted; `None` where there was no session.
pub fn most_map_bytes() -> Option<u64> {
    Some(MOST.load(Ordering::Relaxed)).filter(|bytes| *bytes > 0)
}

/// Id and bytes of the map behind a descriptor; `None` for any other.
fn map(text: &str) -> Option<(u64, u64)> {
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    Some((value("map_id:")?, value("memlock:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_told_from_a_program() {
        let text = "pos:\t0\nmap_type:\t2\nkey_size:\t4\nvalue_size:\t512\nmax_entries:\t65537\nmemlock:\t33555344\n\
                    map_id:\t12\nfrozen:\t0\n";
        assert_eq!(map(text), Some((12, 33_555_344)));
        assert_eq!(map("pos:\t0\nprog_type:\t26\nmemlock:\t4096\nprog_id:\t7\n"), None);
    }
}
