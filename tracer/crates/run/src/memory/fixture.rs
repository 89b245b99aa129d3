//! Files as they were read on real kernels, with a hundred parked threads of C.

use std::fs;
use std::path::{Path, PathBuf};

/// The kernels: two with cgroup v2, and one with v1.
pub(super) const KERNELS: [&str; 3] = ["linux-6.1", "linux-6.12", "linux-6.18-cgroup-v1"];

/// Where the files of a kernel are.
pub(super) fn folder(kernel: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/proc").join(kernel)
}

/// One of them.
pub(super) fn text(kernel: &str, file: &str) -> String {
    fs::read_to_string(folder(kernel).join(file)).unwrap()
}
