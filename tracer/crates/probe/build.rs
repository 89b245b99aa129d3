//! Finds the eBPF object that `cargo xtask build-ebpf` made, for the binary to carry.

use std::{env, path::PathBuf, process::exit};

fn main() {
    println!("cargo::rerun-if-env-changed=TASKWEIGHT_BPF_OBJECT");
    let object = env::var_os("TASKWEIGHT_BPF_OBJECT").map_or_else(beside_the_build, |path| Some(PathBuf::from(path)));
    match object.filter(|path| path.is_file()) {
        Some(path) => {
            println!("cargo::rerun-if-changed={}", path.display());
            println!("cargo::rustc-env=TASKWEIGHT_BPF_OBJECT={}", path.display());
        }
        None => {
            println!("cargo::error=the eBPF object is missing (taskweight.bpf.o in the target folder)");
            println!("cargo::error=build it first: cargo xtask build-ebpf");
            exit(1);
        }
    }
}

/// The object lies in the target folder, some levels above OUT_DIR: `target/[TRIPLE/]PROFILE/build/PACKAGE/out`.
fn beside_the_build() -> Option<PathBuf> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    out.ancestors().map(|folder| folder.join("taskweight.bpf.o")).find(|path| path.is_file())
}
