//! What taskweight needs of this kernel and user, checked before anything is loaded, and said in words that help.

use std::path::Path;

use procfs::process::Process;
use serde::Serialize;

use super::{
    btf,
    namespace::{self, PidNamespace},
};

/// Capabilities that loading needs, with their bits.
const NEEDED: [(&str, u32); 2] = [("CAP_BPF", 39), ("CAP_PERFMON", 38)];
/// The old capability that includes both.
const SYS_ADMIN: u32 = 21;

/// Something that is needed or useful, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub subject: String,
    /// How it stands.
    pub standing: Standing,
    /// What follows, why, or how to get it.
    pub remark: String,
    /// Nothing can be measured without it.
    pub required: bool,
}

impl Finding {
    /// Whether nothing can be measured for want of it.
    pub fn is_lacking(&self) -> bool {
        self.required && self.standing == Standing::Missing
    }
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It is there.
    Available,
    /// Something else does the same.
    Fallback,
    /// It is not there.
    Missing,
}

impl Standing {
    /// The word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Fallback => "fallback",
            Self::Missing => "missing",
        }
    }
}

/// Checks the capabilities, the kernel's type information and the PID namespace.
pub fn findings() -> Vec<Finding> {
    let types = Path::new(btf::VMLINUX);
    let namespace = pid_namespace(PidNamespace::own().is_none(), types.exists(), namespace::is_proc_ours());
    vec![capabilities(effective_capabilities()), type_information(types), namespace]
}

/// The first required thing that is missing, as an error.
pub fn check() -> anyhow::Result<()> {
    let missing = findings().into_iter().find(Finding::is_lacking);
    missing.map_or(Ok(()), |finding| anyhow::bail!("{}: {}", finding.subject, finding.remark))
}

/// What following single threads by their pids needs besides: pids that are those of the kernel.
pub fn check_pids_of_the_host() -> anyhow::Result<()> {
    anyhow::ensure!(
        PidNamespace::own().is_none(),
        "PID namespace: the switch breakdown identifies threads by their host pids: run on the host, or start the container with \
         --pid=host; run and compare work here"
    );
    Ok(())
}

fn effective_capabilities() -> Option<u64> {
    Some(Process::myself().ok()?.status().ok()?.capeff)
}

fn capabilities(effective: Option<u64>) -> Finding {
    let has = |bit: u32| effective.is_none_or(|set| set >> bit & 1 == 1);
    let lacking: Vec<_> =
        NEEDED.iter().filter(|(_, bit)| !has(*bit) && !has(SYS_ADMIN)).map(|(name, _)| *name).collect();
    let (standing, remark) = if lacking.is_empty() {
        (Standing::Available, String::from("eBPF programs can be loaded"))
    } else {
        let remark = format!("loading eBPF programs needs {}: try `sudo taskweight ...`", lacking.join(" and "));
        (Standing::Missing, remark)
    };
    Finding { subject: String::from("capabilities"), standing, remark, required: true }
}

fn type_information(path: &Path) -> Finding {
    let (standing, remark) = if path.exists() {
        (Standing::Available, path.display().to_string())
    } else {
        let remark = format!(
            "{} does not exist: plain tracepoints are used, and threads that exit cannot be cross-checked; a kernel built with \
             CONFIG_DEBUG_INFO_BTF=y (distributions' kernels are) gives all",
            path.display()
        );
        (Standing::Fallback, remark)
    };
    Finding { subject: String::from("type information"), standing, remark, required: false }
}

/// The kernel's programs see the pids of its first namespace; inside another one, those in /proc are different.
fn pid_namespace(is_first: bool, has_types: bool, is_proc_ours: bool) -> Finding {
    let (standing, remark) = if !is_proc_ours {
        let remark =
            "/proc belongs to another PID namespace: mount one for this namespace, as `unshare --mount-proc` does";
        (Standing::Missing, remark)
    } else if is_first {
        (Standing::Available, "the initial one")
    } else if has_types {
        (Standing::Fallback, "a container's own: host pids are translated to its pids; no switch breakdown")
    } else {
        let remark = "pids in a container differ from the host's, and without type information they cannot be \
                      translated: run taskweight on the host, or start the container with --pid=host";
        (Standing::Missing, remark)
    };
    Finding { subject: String::from("PID namespace"), standing, remark: remark.to_owned(), required: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_user_is_told_the_capabilities_and_the_command() {
        let finding = capabilities(Some(0));
        assert_eq!(finding.standing, Standing::Missing);
        assert_eq!(finding.remark, "loading eBPF programs needs CAP_BPF and CAP_PERFMON: try `sudo taskweight ...`");
    }

    #[test]
    fn the_two_new_capabilities_or_the_old_one_do() {
        for set in [1 << 39 | 1 << 38, 1 << 21] {
            assert_eq!(capabilities(Some(set)).standing, Standing::Available);
        }
        let finding = capabilities(Some(1 << 39));
        assert_eq!(finding.remark, "loading eBPF programs needs CAP_PERFMON: try `sudo taskweight ...`");
    }

    #[test]
    fn a_kernel_without_type_information_is_named() {
        let finding = type_information(Path::new("/nonexistent/vmlinux"));
        assert_eq!((finding.required, finding.standing), (false, Standing::Fallback));
        assert!(finding.remark.contains("CONFIG_DEBUG_INFO_BTF"));
    }

    #[test]
    fn the_pids_of_a_container_are_translated_where_types_are_known() {
        assert_eq!(pid_namespace(true, false, true).standing, Standing::Available);
        assert_eq!(pid_namespace(false, true, true).standing, Standing::Fallback);
        let finding = pid_namespace(false, false, true);
        assert!(finding.required && finding.standing == Standing::Missing);
        assert!(finding.remark.contains("--pid=host"), "{}", finding.remark);
    }

    #[test]
    fn a_proc_of_another_namespace_is_no_help() {
        let finding = pid_namespace(false, true, false);
        assert_eq!(finding.standing, Standing::Missing);
        assert!(finding.remark.contains("--mount-proc"), "{}", finding.remark);
    }
}
