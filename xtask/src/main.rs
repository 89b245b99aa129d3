//! The tasks of the workspace, `cargo xtask VERB`: one file a verb. The bench is a crate of its own.

mod bench;
mod build;
mod dist;
mod ebpf;
mod languages;
mod lint;
mod parallel;
mod run;
mod setup;
mod test;
mod toolchain;
mod vm;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use xtask::command;

use workspace::Workspace;

/// Set-up, build, test and bench of taskweight. Every verb does the set-up it needs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Verb {
    /// Install what a build needs and the machine does not have
    Setup(setup::Args),
    /// Build the eBPF programs into one object file
    BuildEbpf,
    /// Build taskweight and its workloads, optimised
    Build,
    /// Build, then run taskweight as root: cargo xtask run compare
    Run(run::Args),
    /// Run the tests, those that need root and BPF included, on this machine; at the end, say what was not run
    Test(test::Args),
    /// Run the tests that need root on other kernels, in guests under QEMU (takes about half an hour): cargo xtask vm 6.12-rt
    Vm(vm::Args),
    /// Measure what taskweight costs, beside other tools: --rounds 7
    Bench(bench::Args),
    /// Pack taskweight: a tarball and a Debian package
    Dist(dist::Args),
    /// Check format and lints of both sides, kernel and user space
    Lint,
    /// Start one test program; cargo test calls this
    #[command(hide = true)]
    TestProgram(test::program::Args),
}

fn main() -> ExitCode {
    dispatch(Verb::parse()).unwrap_or_else(|e| {
        eprintln!("xtask: {e:#}");
        ExitCode::FAILURE
    })
}

fn dispatch(verb: Verb) -> Result<ExitCode> {
    if let Verb::TestProgram(args) = &verb {
        return test::program::start(args);
    }
    let workspace = Workspace::find()?;
    match verb {
        Verb::Setup(args) => setup::setup(&workspace, &args)?,
        Verb::BuildEbpf => drop(ebpf::build(&workspace)?),
        Verb::Build => build::build(&workspace)?,
        Verb::Dist(args) => dist::dist(&workspace, &args)?,
        Verb::Lint => return lint::lint(&workspace),
        Verb::Run(args) => return run::run(&workspace, &args),
        Verb::Test(args) => return test::test(&workspace, &args),
        Verb::Vm(args) => return vm::vm(&workspace, args),
        Verb::Bench(args) => return bench::bench(&workspace, &args),
        Verb::TestProgram(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}
