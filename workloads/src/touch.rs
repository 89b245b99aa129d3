//! The memory that a task touches while it holds the token: what it works on, which the next one's has displaced from
//! the caches.

use std::hint::black_box;

/// What a processor fetches at a time, on every usual one.
const LINE_BYTES: usize = 64;

/// One line of a cache, of which one word is touched.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Line(u64);

/// The memory of one task; with no line in it nothing is touched.
#[derive(Debug)]
pub struct Touched {
    lines: Box<[Line]>,
}

impl Touched {
    /// `bytes` bytes in whole lines, all written: no page is first touched in the window.
    pub fn new(bytes: usize) -> Self {
        Self { lines: vec![Line(1); bytes.div_ceil(LINE_BYTES)].into_boxed_slice() }
    }

    /// Reads and writes one word of each line.
    #[inline]
    pub fn touch(&mut self) {
        if !self.lines.is_empty() {
            self.touch_all();
        }
    }

    #[inline(never)]
    fn touch_all(&mut self) {
        for line in &mut self.lines {
            line.0 = line.0.wrapping_add(1);
        }
        // Whoever it is that reads the lines needs all of them written.
        black_box(&mut self.lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_of_every_line_is_written() {
        assert_eq!(size_of::<Line>(), LINE_BYTES);
        for (bytes, lines) in [(0, 0), (1, 1), (64, 1), (65, 2), (16 << 10, 256)] {
            let mut touched = Touched::new(bytes);
            touched.touch();
            touched.touch();
            assert_eq!(touched.lines.iter().map(|line| line.0).collect::<Vec<_>>(), vec![3; lines], "{bytes}");
        }
    }
}
