//! The initramfs of the guests: init, the tests, the optimised programs, a few programs of this machine, and the
//! libraries of all of them. One for all kernels.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::libraries;
use super::package::Kernel;
use super::programs::Programs;

const INIT: &str = include_str!("init.sh");
/// Folders that are mounted on or searched.
const FOLDERS: [&str; 10] = ["proc", "sys", "dev", "tmp", "run", "root", "scratch", "etc", "bin", "usr/bin"];
/// What the tests let taskweight measure, beside the subject, and what their scripts call.
const OF_THIS_MACHINE: [&str; 19] = [
    "cat", "echo", "env", "grep", "head", "id", "ls", "mount", "nice", "rm", "script", "sed", "sh", "sleep", "sort",
    "touch", "tr", "true", "unshare",
];
const USERS: &str = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
const GROUPS: &str = "root:x:0:\nnogroup:x:65534:\n";

/// A root file system that grows in a folder.
pub struct Image<'a> {
    root: PathBuf,
    busybox: &'a Path,
    libraries: BTreeSet<PathBuf>,
}

/// Builds the initramfs in a folder and returns its file.
pub fn build(folder: &Path, busybox: &Path, programs: &Programs) -> Result<PathBuf> {
    let mut image = Image::new(folder.join("root"), busybox)?;
    image.program(&programs.tests, "opt/taskweight/tests/deps/kernel")?;
    image.program(&programs.subject, "opt/taskweight/tests/examples/subject")?;
    for program in &programs.optimised {
        let name = program.file_name().and_then(|name| name.to_str()).context("a program without a name")?;
        image.program(program, &format!("opt/taskweight/bin/{name}"))?;
    }
    for name in OF_THIS_MACHINE {
        let path = which::which(name).with_context(|| format!("find {name}, which the tests measure"))?;
        image.program(&path, &format!("usr/bin/{name}"))?;
    }
    image.scratch(&programs.scratch)?;
    symlink("/usr/bin/sh", image.root.join("bin/sh")).context("link sh")?;
    image.libraries()?;
    image.pack(&folder.join("initramfs"))
}

impl<'a> Image<'a> {
    /// With folders, users and init.
    fn new(root: PathBuf, busybox: &'a Path) -> Result<Self> {
        if root.exists() {
            fs::remove_dir_all(&root).with_context(|| format!("remove {}", root.display()))?;
        }
        let image = Self { root, busybox, libraries: BTreeSet::new() };
        for folder in FOLDERS {
            let path = image.root.join(folder);
            fs::create_dir_all(&path).with_context(|| format!("make {}", path.display()))?;
        }
        fs::write(image.place("etc/passwd")?, USERS).context("write the users")?;
        fs::write(image.place("etc/group")?, GROUPS).context("write the groups")?;
        let init = image.place("init")?;
        fs::write(&init, INIT).context("write init")?;
        make_executable(&init)?;
        let inside = image.place("busybox")?;
        fs::copy(busybox, &inside).context("copy busybox")?;
        make_executable(&inside)?;
        Ok(image)
    }

    /// Puts a program into its place, without its debugging symbols, which would take most of the guest's memory.
    fn program(&mut self, program: &Path, place: &str) -> Result<()> {
        self.libraries.extend(libraries::of(program)?);
        let path = self.place(place)?;
        let mut strip = Command::new("strip");
        let strip = strip.args(["--strip-debug", "-o"]).arg(&path).arg(program);
        if !strip.output().is_ok_and(|output| output.status.success()) {
            fs::copy(program, &path).with_context(|| format!("copy {} to {}", program.display(), path.display()))?;
        }
        make_executable(&path)
    }

    /// The folder that tests write to is a link to where init mounts a disk.
    fn scratch(&self, path: &Path) -> Result<()> {
        let path = self.place(path.strip_prefix("/").unwrap_or(path))?;
        symlink("/scratch", &path).with_context(|| format!("link {}", path.display()))
    }

    /// Puts the libraries where the programs look for them.
    fn libraries(&self) -> Result<()> {
        for library in &self.libraries {
            let path = self.place(library.strip_prefix("/").unwrap_or(library))?;
            fs::copy(library, &path).with_context(|| format!("copy {} to {}", library.display(), path.display()))?;
        }
        Ok(())
    }

    /// A path below the root, whose folder is there.
    fn place(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let path = self.root.join(path);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        Ok(path)
    }

    fn pack(&self, file: &Path) -> Result<PathBuf> {
        let output = File::create(file).with_context(|| format!("create {}", file.display()))?;
        pack(self.busybox, &self.root, ".", output).with_context(|| format!("pack {}", file.display()))?;
        Ok(file.to_owned())
    }
}

/// Adds a kernel's modules to a copy of the initramfs: the kernel takes archives one after the other.
pub fn with_modules(initramfs: &Path, busybox: &Path, kernel: &Kernel, copy: &Path) -> Result<()> {
    fs::copy(initramfs, copy).with_context(|| format!("copy {} to {}", initramfs.display(), copy.display()))?;
    let output = File::options().append(true).open(copy).with_context(|| format!("open {}", copy.display()))?;
    pack(busybox, &kernel.folder, "modules", output).with_context(|| format!("pack the modules of {}", kernel.release))
}

/// Appends what is at a path below a folder to an archive. Everything is root's, whoever packs it.
fn pack(busybox: &Path, folder: &Path, path: &str, archive: File) -> Result<()> {
    let script = r#"set -o pipefail; "$0" find "$1" | "$0" cpio -o -H newc -R 0:0"#;
    let mut pack = Command::new(busybox);
    pack.args(["sh", "-c", script]).arg(busybox).arg(path).current_dir(folder).stdout(archive);
    let said = pack.stderr(Stdio::piped()).output().context("start busybox")?;
    if !said.status.success() {
        bail!("busybox says {}", String::from_utf8_lossy(&said.stderr).trim());
    }
    Ok(())
}

fn make_executable(path: &Path) -> Result<()> {
    let all = fs::Permissions::from_mode(0o755);
    fs::set_permissions(path, all).with_context(|| format!("make {} executable", path.display()))
}
