//! Tells the programs what they are made of: the compiler, and the crates behind the models.

use std::{env, fs, path::Path, process::Command};

/// The crates that make a concurrency model.
const CRATES: [&str; 5] = ["tokio", "async-executor", "async-io", "corosensei", "may"];

fn main() {
    println!("cargo::rerun-if-changed=../Cargo.lock");
    let mut versions = vec![compiler().unwrap_or_else(|| String::from("rustc"))];
    let lock = env::var_os("CARGO_MANIFEST_DIR").map(|folder| Path::new(&folder).join("../Cargo.lock"));
    let lock = lock.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    versions.extend(CRATES.iter().filter_map(|name| Some(format!("{name} {}", locked(&lock, name)?))));
    println!("cargo::rustc-env=WORKLOADS_VERSIONS={}", versions.join(", "));
}

/// Such as `rustc 1.95.0`.
fn compiler() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// The version that Cargo.lock has of a crate.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}
