//! The tables as a document, for the record.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use xtask::command;

const BEFORE: &str = "# The bench\n\nWhat `cargo xtask bench --output docs/bench.md` printed. What the tables show: \
                      [metrics.md](metrics.md#what-the-programs-cost).\n\n```text\n";
const AFTER: &str = "```\n";

/// Runs the command, shows what it prints, and writes that into a file, which belongs to whoever runs this program.
pub fn write(measure: &mut Command, path: &Path) -> Result<ExitCode> {
    let part = part(path);
    // Now rather than when all is measured: it may be impossible.
    let mut file = File::create(&part).with_context(|| format!("create {}", part.display()))?;
    command::show(measure);
    let mut child = measure.stdout(Stdio::piped()).spawn().context("start the measurement")?;
    file.write_all(BEFORE.as_bytes())?;
    for line in BufReader::new(child.stdout.take().context("the measurement has no output")?).lines() {
        let line = line.context("read what is measured")?;
        println!("{line}");
        writeln!(file, "{}", line.trim_end()).with_context(|| format!("write {}", part.display()))?;
    }
    file.write_all(AFTER.as_bytes())?;
    let status = child.wait().context("wait for the measurement")?;
    if !status.success() {
        fs::remove_file(&part).with_context(|| format!("remove {}", part.display()))?;
        return Ok(ExitCode::FAILURE);
    }
    fs::rename(&part, path).with_context(|| format!("rename {} to {}", part.display(), path.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn part(path: &Path) -> PathBuf {
    path.with_extension("part")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_in_the_document() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bench.md");
        write(Command::new("echo").arg("a  \nb"), &path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{BEFORE}a\nb\n{AFTER}"));
    }

    #[test]
    fn a_failure_leaves_the_last_document_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bench.md");
        fs::write(&path, "before").unwrap();
        write(&mut Command::new("false"), &path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
