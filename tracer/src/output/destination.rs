//! Where a report is written: opened before measuring starts, so that nobody measures for an hour in vain.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use atomic_write_file::unix::OpenOptionsExt as _;
use thiserror::Error;

use super::links;

/// Mode of a new file, before the umask.
const NEW_FILE_MODE: u32 = 0o644;
const NOT_WRITTEN: &str = "not written";

/// A report's file cannot be written.
#[derive(Debug, Error)]
#[error("{}: {what}: {error}", name(path))]
pub struct DestinationError {
    path: PathBuf,
    what: &'static str,
    error: io::Error,
}

impl DestinationError {
    /// Whether it is a pipe whose reader has gone.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        self.error.kind() == io::ErrorKind::BrokenPipe
    }
}

fn name(path: &Path) -> std::path::Display<'_> {
    if path == Path::new("-") { Path::new("standard output").display() } else { path.display() }
}

/// An open destination. A regular file appears, or changes, only in [`Destination::finish`] and then as a whole;
/// without it nothing is left behind, not even by a taskweight that is killed: until then the file has no name, where the
/// file system can do that.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    Stdout(io::Stdout),
    /// A device, a pipe: written as it is.
    Direct(File),
    /// Takes its place when it is complete.
    Replacement(AtomicWriteFile),
}

impl Destination {
    /// Opens a file, or standard output when `path` is `-`.
    ///
    /// `owner`, user and group, is whom a regular file will belong to: who called sudo.
    ///
    /// # Errors
    /// When it could not be written later on.
    pub fn open(path: &Path, owner: Option<(u32, u32)>) -> Result<Self, DestinationError> {
        let named = path;
        let fail = |what| move |error| DestinationError { path: named.to_owned(), what, error };
        let path = &links::allowed(path, owner.map(|(user, _)| user)).map_err(fail("cannot be written"))?;
        let sink = if path == Path::new("-") || path == Path::new("/dev/stdout") {
            Sink::Stdout(io::stdout())
        } else if is_written_in_place(path) {
            Sink::Direct(OpenOptions::new().append(true).open(path).map_err(fail("cannot open it for writing"))?)
        } else {
            let target = target(path).map_err(fail("cannot be written"))?;
            Sink::Replacement(replacement(&target, owner).map_err(fail("cannot create a file beside it"))?)
        };
        Ok(Self { path: named.to_owned(), sink })
    }

    /// Completes the file and puts it in its place.
    ///
    /// # Errors
    /// When what was written cannot be kept; a file that was there before is then still there.
    pub fn finish(mut self) -> Result<(), DestinationError> {
        let finished = self.flush().and_then(|()| match self.sink {
            Sink::Stdout(_) | Sink::Direct(_) => Ok(()),
            // What cannot be kept is found before the file gets a name.
            Sink::Replacement(file) => file.sync_all().and_then(|()| file.commit()),
        });
        finished.map_err(|error| DestinationError { path: self.path, what: NOT_WRITTEN, error })
    }

    /// Gives it up because of an error in writing to it.
    pub(crate) fn fail(self, error: io::Error) -> DestinationError {
        DestinationError { path: self.path, what: NOT_WRITTEN, error }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(stdout) => stdout.write(bytes),
            Sink::Direct(file) => file.write(bytes),
            Sink::Replacement(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::Direct(file) => file.flush(),
            Sink::Replacement(file) => file.flush(),
        }
    }
}

/// Whether the path leads to something that must not be replaced by a file.
fn is_written_in_place(path: &Path) -> bool {
    // /dev/fd/3 and /proc/self/fd/3 lead to a regular file when that is what the descriptor is: it has a reader
    // or another writer, who would be left with the old one.
    links::is_descriptor(path) || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The file to put in place: where a symbolic link points to, as editors do.
fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => {
            // Opened without being truncated: a file that we may not write must not be replaced either.
            OpenOptions::new().append(true).open(path)?;
            path.canonicalize()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.file_name().is_some() => Ok(path.to_owned()),
        Err(error) => Err(error),
    }
}

/// A file to take the place of `target`, with its mode, and its owner unless another is named.
fn replacement(target: &Path, owner: Option<(u32, u32)>) -> io::Result<AtomicWriteFile> {
    let mut options = AtomicWriteFile::options();
    options.mode(NEW_FILE_MODE).preserve_mode(false).try_preserve_owner(owner.is_none());
    let file = options.open(target)?;
    if let Ok(existing) = fs::metadata(target) {
        file.set_permissions(Permissions::from_mode(existing.permissions().mode() & 0o777))?;
    }
    if let Some((user, group)) = owner {
        fchown(file.as_file(), Some(user), Some(group))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_changes_only_when_finished() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.json");
        fs::write(&path, "old").unwrap();
        let mut destination = Destination::open(&path, None).unwrap();
        destination.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        destination.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(directory.path()), ["r.json"]);
    }

    #[test]
    fn nothing_is_left_behind_when_not_finished() {
        let directory = tempfile::tempdir().unwrap();
        let mut destination = Destination::open(&directory.path().join("r.json"), None).unwrap();
        destination.write_all(b"half").unwrap();
        drop(destination);
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn a_new_file_is_readable_and_an_old_one_keeps_its_mode() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.json");
        Destination::open(&path, None).unwrap().finish().unwrap();
        let mode = fs::metadata(&path).unwrap().mode();
        assert_eq!((mode & 0o600, mode & 0o133), (0o600, 0));
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        Destination::open(&path, None).unwrap().finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_link_stays_and_its_target_changes() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink("file", &link).unwrap();
        let mut destination = Destination::open(&link, None).unwrap();
        destination.write_all(b"new").unwrap();
        destination.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[test]
    fn a_link_to_nothing_is_refused_and_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        symlink("nowhere", &link).unwrap();
        assert!(Destination::open(&link, None).is_err());
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn devices_are_written_and_never_replaced() {
        let mut destination = Destination::open(Path::new("/dev/null"), Some((1, 1))).unwrap();
        destination.write_all(b"x").unwrap();
        destination.finish().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert_ne!(fs::metadata("/dev/null").unwrap().uid(), 1);
    }

    #[test]
    fn a_full_device_is_an_error() {
        let mut destination = Destination::open(Path::new("/dev/full"), None).unwrap();
        assert!(destination.write_all(b"x").and_then(|()| destination.flush()).is_err());
    }

    #[test]
    fn what_cannot_be_written_is_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let error = Destination::open(directory.path(), None).unwrap_err().to_string();
        assert!(error.ends_with("cannot be written: is a directory"), "{error}");
        let error = Destination::open(&directory.path().join("no/r.json"), None).unwrap_err().to_string();
        assert!(error.contains("cannot create a file beside it: No such file or directory"), "{error}");
        assert!(Destination::open(Path::new(""), None).is_err());
        assert!(Destination::open(Path::new("/proc/nonexistent"), None).is_err());
    }

    #[test]
    fn belongs_to_whom_it_is_made_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.json");
        if !nix::unistd::geteuid().is_root() {
            eprintln!("SKIPPED: only root can give files away");
            return;
        }
        Destination::open(&path, Some((1234, 5678))).unwrap().finish().unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (1234, 5678));
    }
}
