//! Symbolic links on the way to a file, followed only where their makers may decide what taskweight writes to.
//!
//! Whoever may create files in a folder, such as /tmp, can put a link there that leads to somebody else's file. The kernel
//! sees to that in part, where `fs.protected_symlinks` is set; here it does not depend on a setting.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use nix::unistd::geteuid;

/// As many as the kernel follows.
const MOST_LINKS: usize = 40;
/// A folder in which everybody may create files, and remove their own only.
const SHARED: u32 = 0o1002;

/// Whether a path names what is open already, or a device: only the kernel makes links there.
pub(super) fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/proc") || path.starts_with("/dev") && !path.starts_with("/dev/shm")
}

/// The path without its links, as far as it can be, and provided that all of them may be followed.
///
/// # Errors
/// As of [`follow`].
pub(super) fn allowed(path: &Path, caller: Option<u32>) -> io::Result<PathBuf> {
    if path == Path::new("-") || path.as_os_str().is_empty() || is_descriptor(path) {
        return Ok(path.to_owned());
    }
    let followed = follow(path, caller)?;
    let leads_nowhere = path.is_symlink() && !followed.exists();
    Ok(if leads_nowhere { path.to_owned() } else { followed })
}

/// Follows links of root's, of this user's and of `caller`'s. What is returned exists, or its folder does.
///
/// # Errors
/// When a link is somebody else's, or the file itself is and lies in a folder that everybody may write to.
fn follow(path: &Path, caller: Option<u32>) -> io::Result<PathBuf> {
    let is_trusted = |owner: u32| owner == 0 || owner == geteuid().as_raw() || Some(owner) == caller;
    let mut ahead = names(path);
    let mut resolved = if path.is_absolute() { PathBuf::from("/") } else { std::env::current_dir()? };
    let mut links = 0;
    while let Some(name) = ahead.pop_front() {
        if name == ".." {
            resolved.pop();
            continue;
        }
        let next = resolved.join(name);
        let Some(found) = existing(&next)? else {
            // What is missing is the file itself, or will be named by who opens it.
            return Ok(ahead.iter().fold(next, |path, name| path.join(name)));
        };
        if !is_trusted(found.uid()) && (found.is_symlink() || ahead.is_empty() && is_shared(&resolved)?) {
            return Err(refusal(&next, &found));
        }
        if !found.is_symlink() {
            resolved = next;
            continue;
        }
        links += 1;
        if links > MOST_LINKS {
            return Err(io::Error::from_raw_os_error(libc::ELOOP));
        }
        let target = fs::read_link(&next)?;
        if target.is_absolute() {
            resolved = PathBuf::from("/");
        }
        names(&target).into_iter().rev().for_each(|name| ahead.push_front(name));
    }
    Ok(resolved)
}

fn names(path: &Path) -> VecDeque<OsString> {
    let named = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    named.map(|part| part.as_os_str().to_owned()).collect()
}

fn existing(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_shared(folder: &Path) -> io::Result<bool> {
    Ok(fs::metadata(folder)?.mode() & SHARED == SHARED)
}

fn refusal(path: &Path, found: &Metadata) -> io::Error {
    let what = if found.is_symlink() { "a symbolic link" } else { "an existing file" };
    let text = format!(
        "{} is {what} and belongs to user {}, neither root nor the caller: remove it, or choose another file",
        path.display(),
        found.uid()
    );
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};

    use super::*;

    const STRANGER: u32 = 54_321;

    /// A folder without links on the way to it.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        (folder, path)
    }

    #[test]
    fn links_of_ones_own_are_followed_on_the_way_and_at_the_end() {
        let (_folder, path) = folder();
        fs::create_dir(path.join("real")).unwrap();
        symlink("real", path.join("folder")).unwrap();
        symlink(path.join("folder/../real/r.json"), path.join("link")).unwrap();
        assert_eq!(follow(&path.join("link"), None).unwrap(), path.join("real/r.json"), "which is not there yet");
        fs::write(path.join("real/r.json"), "").unwrap();
        assert_eq!(follow(&path.join("./folder/../link"), None).unwrap(), path.join("real/r.json"));
        assert_eq!(follow(&path.join("no/such/file"), None).unwrap(), path.join("no/such/file"));
        symlink("turn", path.join("turn")).unwrap();
        assert_eq!(follow(&path.join("turn"), None).unwrap_err().raw_os_error(), Some(libc::ELOOP));
    }

    #[test]
    fn links_of_strangers_are_refused_those_of_the_caller_followed() {
        if !geteuid().is_root() {
            return eprintln!("SKIPPED: only root can give links away");
        }
        let (_folder, path) = folder();
        fs::create_dir(path.join("victim")).unwrap();
        for (link, file) in [("folder", "folder/r.json"), ("r.json", "r.json")] {
            symlink("victim", path.join(link)).unwrap();
            lchown(path.join(link), Some(STRANGER), None).unwrap();
            let error = follow(&path.join(file), Some(STRANGER + 1)).unwrap_err().to_string();
            assert!(error.contains(&format!("{link} is a symbolic link and belongs to user {STRANGER}")), "{error}");
            assert!(follow(&path.join(file), Some(STRANGER)).is_ok());
        }
    }

    #[test]
    fn a_strangers_file_is_refused_where_everybody_may_put_one() {
        if !geteuid().is_root() {
            return eprintln!("SKIPPED: only root can give files away");
        }
        let (_folder, path) = folder();
        let file = path.join("r.json");
        fs::write(&file, "").unwrap();
        lchown(&file, Some(STRANGER), None).unwrap();
        assert_eq!(follow(&file, None).unwrap(), file, "a folder of one's own");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o1777)).unwrap();
        let error = follow(&file, None).unwrap_err().to_string();
        assert!(error.contains(&format!("r.json is an existing file and belongs to user {STRANGER}")), "{error}");
        assert_eq!(follow(&file, Some(STRANGER)).unwrap(), file);
    }
}
