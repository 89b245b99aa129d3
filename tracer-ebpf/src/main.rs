//! Entry points of the eBPF programs.
fn main() {}
