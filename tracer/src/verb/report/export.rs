//! `taskweight report FILE --format F`: to standard output, a file or a folder.

use std::fs::DirBuilder;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::ReportArgs;
use crate::output::Destination;
use taskweight_core::report::Report;
use taskweight_report::export::{self, File, Format, Source};
use taskweight_run::privilege::Identity;

/// The name of what comes from standard input.
const UNNAMED: &str = "report";

/// Exports the report. Nothing is written unless all of it can be made.
pub(super) fn run(report: &Report, args: &ReportArgs, format: Format) -> anyhow::Result<()> {
    anyhow::ensure!(
        format.is_one_file() || args.export.output.is_some(),
        "this format writes several files: choose a directory with --output DIR"
    );
    let stem = args.file.file_stem().filter(|_| args.file != Path::new("-"));
    let stem = stem.map_or(UNNAMED.into(), |stem| stem.to_string_lossy());
    let files = export::files(&Source { report, stem: &stem, top: args.top }, format)
        .with_context(|| args.file.display().to_string())?;
    let owner = Identity::caller()?.owner();
    let folder = match &args.export.output {
        Some(path) if !format.is_one_file() || path.is_dir() => path,
        path => return write(path.as_deref().unwrap_or(Path::new("-")), &files, owner),
    };
    create(folder, owner)?;
    files.iter().try_for_each(|file| write(&folder.join(&file.name), std::slice::from_ref(file), owner))
}

fn write(path: &Path, files: &[File], owner: Option<(u32, u32)>) -> anyhow::Result<()> {
    let mut destination = Destination::open(path, owner)?;
    for file in files {
        destination.write_all(&file.bytes).with_context(|| format!("{}: not written", path.display()))?;
    }
    Ok(destination.finish()?)
}

/// The folder, which belongs to the caller when it is new.
fn create(folder: &PathBuf, owner: Option<(u32, u32)>) -> anyhow::Result<()> {
    let created = DirBuilder::new().create(folder);
    let is_new = match created {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => false,
        created => created.map(|()| true).with_context(|| format!("{}: cannot create it", folder.display()))?,
    };
    if let Some((user, group)) = owner.filter(|_| is_new) {
        chown(folder, Some(user), Some(group))
            .with_context(|| format!("{}: change its owner to the caller", folder.display()))?;
    }
    Ok(())
}
