//! Tasks of the build.
fn main() {}
