//! Packages of Debian, unpacked under the target directory; nothing is installed into the system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::series::Series;
use crate::command;
use crate::setup::apt;

/// The modules that guests need for a disk in memory with a file system on it, in the order in which they are loaded.
/// What a kernel has built in is no file of its package.
const MODULES: [&str; 6] = ["brd", "crc16", "crc32c_generic", "mbcache", "jbd2", "ext4"];

/// Where packages are kept that have been unpacked.
pub struct Packages {
    folder: PathBuf,
}

impl Packages {
    /// In this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The newest kernel of a series: its release and its image. Where it cannot be had, the newest one that was had
    /// before, which is said.
    pub fn kernel(&self, series: &Series) -> Result<Kernel> {
        let newest = self.newest(series)?;
        let file = |name: &str| format!("boot/vmlinuz-{}", name.trim_start_matches("linux-image-"));
        let found = self.file(&newest, &file(&newest));
        let name = match (found, self.newest_unpacked(series)) {
            (Ok(_), _) => newest,
            (Err(error), Some(older)) => {
                eprintln!("{}: {newest} cannot be had, {older} is taken instead: {error:#}", series.name);
                older
            }
            (Err(error), None) => return Err(error),
        };
        let folder = self.folder.join(&name);
        let release = name.trim_start_matches("linux-image-").to_owned();
        Ok(Kernel { release, image: folder.join(file(&name)), folder })
    }

    /// A file of a package, which is downloaded unless it was before.
    pub fn file(&self, package: &str, file: &str) -> Result<PathBuf> {
        let path = self.folder.join(package).join(file);
        if !path.exists() {
            apt::with_lists(|| self.download(package)).with_context(|| format!("get the package {package}"))?;
        }
        if !path.exists() {
            bail!("the package {package} has no {file}");
        }
        Ok(path)
    }

    fn newest(&self, series: &Series) -> Result<String> {
        apt::with_lists(|| {
            let newest = series.newest(&known(series)?).or_else(|| self.newest_unpacked(series));
            newest.with_context(|| {
                format!(
                    "apt's sources have no {}: add one that has, as {} (a file below /etc/apt/sources.list.d), \
                     then run this command again",
                    series.pattern(),
                    "Debian's bookworm, bookworm-security, bookworm-backports or trixie",
                )
            })
        })
    }

    fn newest_unpacked(&self, series: &Series) -> Option<String> {
        let entries = fs::read_dir(&self.folder).ok()?.flatten();
        let names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        series.newest(&names.join("\n"))
    }

    /// Downloads a package and unpacks it into a folder of its own, which gets its name when it is complete.
    fn download(&self, package: &str) -> Result<()> {
        let part = self.folder.join("part");
        clear(&part)?;
        let unpacked = part.join(package);
        fs::create_dir_all(&unpacked).with_context(|| format!("make {}", unpacked.display()))?;
        let mut download = Command::new("apt-get");
        // apt's own user may not write here; downloading as root it would say so each time.
        download.args(["-o", "APT::Sandbox::User=root", "download", package]).current_dir(&part);
        command::run_quietly(&mut download)?;
        let archive = archive(&part)?;
        command::run_quietly(Command::new("dpkg-deb").arg("-x").arg(archive).arg(&unpacked))?;
        keep_modules(&unpacked)?;
        let path = self.folder.join(package);
        clear(&path)?;
        fs::rename(&unpacked, &path).with_context(|| format!("rename {} to {}", unpacked.display(), path.display()))?;
        clear(&part)
    }
}

/// A kernel to boot.
pub struct Kernel {
    /// As `uname -r` has it.
    pub release: String,
    /// The file to boot.
    pub image: PathBuf,
    /// The folder of its package, with `modules` in it.
    pub folder: PathBuf,
}

/// What apt knows of a series, by its sources.
fn known(series: &Series) -> Result<String> {
    let pattern = format!("^{}", series.prefix().replace('.', r"\."));
    command::output(Command::new("apt-cache").args(["search", "--names-only", &pattern]))
}

/// The package that was downloaded into a folder.
fn archive(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let is_package = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "deb");
    paths.find(is_package).with_context(|| format!("apt-get download left no package in {}", folder.display()))
}

/// Of the modules, the greater part of a kernel's package, keeps those that guests load, in a folder `modules`.
fn keep_modules(unpacked: &Path) -> Result<()> {
    let (all, kept) = (unpacked.join("lib/modules"), unpacked.join("modules"));
    for path in files_below(&all).into_iter().filter(|path| is_wanted(path)) {
        let name = path.file_name().context("a module without a name")?;
        fs::create_dir_all(&kept).with_context(|| format!("make {}", kept.display()))?;
        fs::rename(&path, kept.join(name)).with_context(|| format!("move {}", path.display()))?;
    }
    clear(&all)
}

/// `ext4.ko`, `ext4.ko.xz`
fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split_once(".ko").is_some_and(|(stem, _)| MODULES.contains(&stem))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.map(|entry| entry.path()).partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_below(folder)));
    files
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unpacked_before_is_found_by_its_series() {
        let folder = tempfile::tempdir().unwrap();
        let packages = Packages::new(folder.path().to_owned());
        let series = Series::named("6.1-cloud").unwrap();
        assert_eq!(packages.newest_unpacked(series), None);
        for name in ["part", "busybox-static", "linux-image-6.1.0-9-cloud-amd64", "linux-image-6.1.0-10-cloud-amd64"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        assert_eq!(packages.newest_unpacked(series).as_deref(), Some("linux-image-6.1.0-10-cloud-amd64"));
    }

    #[test]
    fn a_file_that_is_there_is_not_downloaded_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no-such-package/bin/program");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        let packages = Packages::new(folder.path().to_owned());
        assert_eq!(packages.file("no-such-package", "bin/program").unwrap(), path);
    }

    #[test]
    fn modules_that_guests_load_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let block = folder.path().join("lib/modules/6.1.0/kernel/drivers/block");
        fs::create_dir_all(&block).unwrap();
        ["brd.ko.xz", "zram.ko.xz", "ext4.txt"].iter().for_each(|name| fs::write(block.join(name), "").unwrap());
        keep_modules(folder.path()).unwrap();
        assert_eq!(files_below(folder.path()), [folder.path().join("modules/brd.ko.xz")]);
    }

    #[test]
    fn only_a_package_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        assert!(archive(folder.path()).is_err());
        fs::write(folder.path().join("other"), "").unwrap();
        fs::write(folder.path().join("one_1_amd64.deb"), "").unwrap();
        assert!(archive(folder.path()).unwrap().ends_with("one_1_amd64.deb"));
    }
}
