//! taskweight.
fn main() {}
