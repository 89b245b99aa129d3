//! The program that sends requests to a server, and the place where the two meet.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::lchown;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::privilege::Identity;

/// As many bytes as the path of a socket may have.
const MOST_BYTES: usize = 107;

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

/// A folder that the server may put its socket into, whoever it runs as: that of root's temporary files may be closed to
/// others.
///
/// # Errors
/// When it cannot be made or given away.
pub fn socket_folder(identity: &Identity) -> io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("taskweight-").tempdir_in(shared(identity))?;
    if let Some((uid, gid)) = identity.owner() {
        // Whoever may rename what is in the temporary folder could have put a link into its place.
        lchown(folder.path(), Some(uid), Some(gid))?;
    }
    Ok(folder)
}

fn shared(identity: &Identity) -> PathBuf {
    if identity.owner().is_some() { "/tmp".into() } else { short(env::temp_dir()) }
}

/// The temporary folder, or /tmp where the path of a socket in it would be too long.
fn short(folder: PathBuf) -> PathBuf {
    let fits = folder.join("taskweight-XXXXXX/socket").as_os_str().len() <= MOST_BYTES;
    if fits { folder } else { "/tmp".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_where_their_paths_fit() {
        let longest = Path::new("/").join("x".repeat(81));
        assert_eq!(short(longest.clone()), longest);
        assert_eq!(short(longest.join("y")), Path::new("/tmp"));
    }
}
