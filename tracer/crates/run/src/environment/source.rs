//! Files below a root, and why one of them says nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use procfs::FromRead;

/// What a file says, or why it does not.
pub(super) type Finding<T> = Result<T, String>;

/// /proc and /sys, or what stands for them. Paths are relative to the root.
pub(super) struct Source {
    root: PathBuf,
}

impl Source {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Contents without the space around them.
    pub(super) fn text(&self, path: &str) -> Finding<String> {
        let bytes = self.bytes(path)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    pub(super) fn bytes(&self, path: &str) -> Finding<Vec<u8>> {
        fs::read(self.root.join(path)).map_err(|error| reason(path, &error))
    }

    pub(super) fn number(&self, path: &str) -> Finding<u32> {
        let text = self.text(path)?;
        text.parse().map_err(|error| format!("/{path}: `{text}`: {error}"))
    }

    /// The value of a line such as `Name: value`.
    pub(super) fn field(&self, path: &str, name: &str) -> Finding<String> {
        let text = self.text(path)?;
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        let value = fields.find(|(field, _)| *field == name).map(|(_, value)| value.trim().to_owned());
        value.ok_or_else(|| format!("/{path}: no line `{name}`"))
    }

    /// A file that `procfs` knows how to read.
    pub(super) fn parse<T: FromRead>(&self, path: &str) -> Finding<T> {
        let bytes = self.bytes(path)?;
        T::from_read(bytes.as_slice()).map_err(|error| format!("/{path}: {error}"))
    }

    /// Names in a directory, sorted; none when there is no such directory.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(path)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Contents of all files of a directory, by name.
    pub(super) fn directory(&self, path: &str) -> BTreeMap<String, String> {
        let read = |name: String| self.text(&format!("{path}/{name}")).ok().map(|text| (name, text));
        self.names(path).into_iter().filter_map(read).collect()
    }

    /// Where a symbolic link such as /proc/self/ns/pid points to.
    pub(super) fn link(&self, path: &str) -> Finding<String> {
        let target = fs::read_link(self.root.join(path)).map_err(|error| reason(path, &error))?;
        Ok(target.to_string_lossy().into_owned())
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }
}

fn reason(path: &str, error: &io::Error) -> String {
    let text = error.to_string();
    format!("/{path}: {}", text.split(" (os error").next().unwrap_or(&text))
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    /// A directory with these files; contents that begin with `->` make a symbolic link.
    pub(in crate::environment) fn tree(files: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, contents) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match contents.strip_prefix("->") {
                Some(target) => symlink(target, path).unwrap(),
                None => fs::write(path, contents).unwrap(),
            }
        }
        root
    }
}
