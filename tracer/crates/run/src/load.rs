//! The program that sends requests to a server, and the place where the two meet.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::lchown;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::privilege::Identity;

/// Where the load generator is, among the models' programs.
#[must_use]
pub fn program(programs: &Path) -> PathBuf {
    programs.join("taskweight-load")
}

/// Its command line, for a closed loop.
#[must_use]
pub fn command(programs: &Path, socket: &OsStr, connections: u64, requests: u64) -> Vec<OsString> {
    let (connections, requests) = (connections.to_string(), requests.to_string());
    let mut command = vec![program(programs).into(), "--socket".into(), socket.to_owned()];
    command.extend(["--connections", &connections, "--requests", &requests].map(OsString::from));
    command
}

/// A folder that the server may put its socket into, whoever it runs as.
///
/// # Errors
/// When it cannot be made or given away.
pub fn socket_folder(identity: &Identity) -> io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("taskweight-").tempdir()?;
    if let Some((uid, gid)) = identity.owner() {
        // Whoever may rename what is in the temporary folder could have put a link into its place.
        lchown(folder.path(), Some(uid), Some(gid))?;
    }
    Ok(folder)
}
