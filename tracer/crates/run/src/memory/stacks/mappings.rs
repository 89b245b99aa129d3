//! The mappings that can be stacks of threads, from /proc/PID/maps.
//!
//! Read here and not with the `procfs` crate: a program may map files of any name, and the crate refuses bytes that are
//! not UTF-8 and panics at a file `/SYSV`; and of 60,000 mappings only one in two is of interest.

use std::io::{self, BufRead};

use super::Range;

/// A mapping that holds the stack pointer of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) range: Range,
    /// Whether it can be a stack at all: anonymous, private, readable and writable.
    pub(super) is_plain: bool,
    /// Whether it ends below in what cannot be touched: the kernel grows `[stack]` and keeps a gap, others have a
    /// mapping without rights right below.
    pub(super) is_guarded: bool,
}

/// The mappings that hold one of these addresses or more. `pointers` are sorted.
pub(super) fn holding(pointers: &[u64], mut maps: impl BufRead) -> io::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    let mut line = Vec::new();
    let mut guard_end = None;
    while maps.read_until(b'\n', &mut line)? > 0 {
        let mapping = Mapping::of(&line);
        let mapping =
            mapping.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line has an unexpected format"))?;
        if mapping.range.holds_one_of(pointers) {
            let is_guarded = mapping.is_main_stack || guard_end == Some(mapping.range.start);
            candidates.push(Candidate { range: mapping.range, is_plain: mapping.is_plain, is_guarded });
        }
        guard_end = mapping.is_guard.then_some(mapping.range.end);
        line.clear();
    }
    Ok(candidates)
}

struct Mapping {
    range: Range,
    is_plain: bool,
    is_guard: bool,
    is_main_stack: bool,
}

impl Mapping {
    /// `START-END RIGHTS OFFSET DEVICE INODE [NAME]`
    fn of(line: &[u8]) -> Option<Self> {
        let mut words = line.trim_ascii_end().splitn(6, |byte| *byte == b' ');
        let (start, end) = std::str::from_utf8(words.next()?).ok()?.split_once('-')?;
        let range = Range { start: hexadecimal(start)?, end: hexadecimal(end)? };
        let rights = words.next()?;
        let (inode, name) = (words.nth(2)?, words.next().unwrap_or_default().trim_ascii_start());
        let is_anonymous = inode == b"0" && (name.is_empty() || name.starts_with(b"[anon"));
        // Before Linux 4.5, stacks of threads were marked `[stack:TID]`.
        let is_plain =
            rights.starts_with(b"rw") && rights.ends_with(b"p") && (is_anonymous || name.starts_with(b"[stack"));
        Some(Self { range, is_plain, is_guard: rights == b"---p", is_main_stack: name == b"[stack]" })
    }
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &[u8] = b"\
5564e0a00000-5564e0a21000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000001000 ---p 00000000 00:00 0 
7f0000001000-7f0000801000 rw-p 00000000 00:00 0 
7f0000801000-7f0000802000 ---p 00000000 00:00 0 
7f0000802000-7f0001002000 rw-p 00000000 00:00 0                          [anon:stack]
7f0001002000-7f0001003000 ---s 00000000 00:00 0 
7f0001003000-7f0001004000 rw-p 00000000 00:00 0 
7f0001100000-7f0001200000 rw-p 00000000 fe:00 77                         /tmp/\xff a\\012b
7f0001200000-7f0001300000 r--p 00000000 00:00 0 
7ffd9ffe0000-7ffd9ffff000 rwxp 00000000 00:00 0                          [stack]
";

    fn found(pointers: &[u64]) -> Vec<(u64, bool, bool)> {
        let candidates = holding(pointers, MAPS).unwrap();
        candidates.iter().map(|found| (found.range.start, found.is_plain, found.is_guarded)).collect()
    }

    #[test]
    fn only_mappings_that_hold_a_pointer() {
        assert_eq!(found(&[]), []);
        assert_eq!(
            found(&[0x10, 0x7f00_0000_0fff, 0x7f00_0080_1000]),
            [(0x7f00_0000_0000, false, false), (0x7f00_0080_1000, false, false)]
        );
        // The last byte is within, the end is not.
        assert_eq!(found(&[0x7f00_0080_0fff]), [(0x7f00_0000_1000, true, true)]);
        assert_eq!(found(&[0x7f00_0000_1000, 0x7f00_0000_2000]).len(), 1);
    }

    #[test]
    fn what_can_be_a_stack_and_what_has_a_guard() {
        assert_eq!(found(&[0x7f00_0090_0000]), [(0x7f00_0080_2000, true, true)]);
        assert_eq!(found(&[0x7ffd_9fff_0000]), [(0x7ffd_9ffe_0000, true, true)]);
        assert_eq!(found(&[0x5564_e0a0_0010]), [(0x5564_e0a0_0000, false, false)], "heap");
        assert_eq!(found(&[0x7f00_0100_3010]), [(0x7f00_0100_3000, true, false)], "what is below is shared");
        assert_eq!(found(&[0x7f00_0110_0000]), [(0x7f00_0110_0000, false, false)], "a file");
        assert_eq!(found(&[0x7f00_0120_0000]), [(0x7f00_0120_0000, false, false)], "read-only");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_an_error() {
        for bad in ["7f00-7fff rw-p\n", "x-y rw-p 0 0:0 0\n", "\n", "7f00 rw-p 0 0:0 0\n"] {
            assert!(holding(&[0x7f10], bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!(holding(&[0x7f10], b"7f00-7fff rw-p 0 0:0 0".as_slice()).unwrap().len(), 1);
    }
}
