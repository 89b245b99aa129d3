//! Whether this is a virtual machine, and whether a container, by what `systemd-detect-virt` looks at.

use procfs::CpuInfo;

use super::source::{Finding, Source};

/// There is a hypervisor, but its name is not known.
pub(super) const UNNAMED_HYPERVISOR: &str = "unknown hypervisor";

/// Beginnings of firmware strings, and whose they are.
const FIRMWARE: [(&str, &str); 16] = [
    ("KVM", "kvm"),
    ("OpenStack", "kvm"),
    ("Amazon EC2", "amazon"),
    ("QEMU", "qemu"),
    ("VMware", "vmware"),
    ("VMW", "vmware"),
    ("innotek GmbH", "virtualbox"),
    ("VirtualBox", "virtualbox"),
    ("Xen", "xen"),
    ("Bochs", "bochs"),
    ("Parallels", "parallels"),
    ("BHYVE", "bhyve"),
    ("Hyper-V", "hyper-v"),
    ("Virtual Machine", "hyper-v"),
    ("Google Compute Engine", "google"),
    ("Apple Virtualization", "apple"),
];

/// Names of the initial namespaces, which the kernel numbers the same on every machine.
const INITIAL_PID_NAMESPACE: &str = "pid:[4026531836]";
const INITIAL_UTS_NAMESPACE: &str = "uts:[4026531838]";

/// The hypervisor's name, or `none`.
pub(super) fn virtualisation(source: &Source, cpu_info: Option<&CpuInfo>) -> Finding<String> {
    if let Ok(hypervisor) = source.text("sys/hypervisor/type") {
        return Ok(hypervisor);
    }
    let flags = cpu_info.and_then(|cpu| cpu.flags(0));
    let has_hypervisor = flags.as_ref().map(|flags| flags.contains(&"hypervisor"));
    let firmware = firmware(source);
    match (has_hypervisor, firmware) {
        // Bare metal at Amazon has Amazon's firmware too: the flag decides where there is one.
        (Some(false), _) => Ok("none".to_owned()),
        (_, Some(name)) => Ok(name.to_owned()),
        (Some(true), None) => Ok(UNNAMED_HYPERVISOR.to_owned()),
        (None, None) => device_tree(source),
    }
}

fn firmware(source: &Source) -> Option<&'static str> {
    let fields = ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"];
    let texts = fields.iter().filter_map(|field| source.text(&format!("sys/class/dmi/id/{field}")).ok());
    let known = |text: String| FIRMWARE.iter().find(|(start, _)| text.starts_with(start)).map(|(_, name)| *name);
    texts.into_iter().find_map(known)
}

/// Machines without CPU flags may describe their hypervisor in the device tree.
fn device_tree(source: &Source) -> Finding<String> {
    let compatible = source.text("proc/device-tree/hypervisor/compatible");
    compatible
        .map(|text| text.trim_end_matches('\0').to_owned())
        .map_err(|_| "no CPU flag, firmware or device tree entry names a hypervisor: there may still be one".to_owned())
}

/// The hypervisor by its own signature (CPUID leaf 0x40000000).
#[cfg(target_arch = "x86_64")]
pub(super) fn hypervisor_signature() -> Option<String> {
    let leaf = std::arch::x86_64::__cpuid(0x4000_0000);
    let bytes: Vec<u8> = [leaf.ebx, leaf.ecx, leaf.edx].iter().flat_map(|word| word.to_le_bytes()).collect();
    let signature = String::from_utf8_lossy(&bytes);
    let signature = signature.trim_end_matches('\0').trim();
    let name = match signature {
        "KVMKVMKVM" => "kvm",
        "Linux KVM Hv" => "kvm",
        "TCGTCGTCGTCG" => "qemu",
        "VMwareVMware" => "vmware",
        "Microsoft Hv" => "hyper-v",
        "XenVMMXenVMM" => "xen",
        "bhyve bhyve" => "bhyve",
        other => other,
    };
    (!name.is_empty()).then(|| name.to_owned())
}

/// Other architectures have no such leaf.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn hypervisor_signature() -> Option<String> {
    None
}

/// The container manager, or what gave the container away, or `none`.
pub(super) fn container(source: &Source) -> Finding<String> {
    if let Ok(manager) = source.text("run/systemd/container") {
        return Ok(manager);
    }
    let pid_namespace = source.link("proc/self/ns/pid")?;
    let has_initial_uts = source.link("proc/self/ns/uts").is_ok_and(|namespace| namespace == INITIAL_UTS_NAMESPACE);
    if pid_namespace == INITIAL_PID_NAMESPACE && has_initial_uts {
        // A machine may have been booted from a container's image: its marker files alone prove nothing.
        return Ok("none".to_owned());
    }
    let named = [("run/.containerenv", "podman"), (".dockerenv", "docker")];
    let marker = named.iter().find(|(path, _)| source.exists(path)).map(|(_, manager)| (*manager).to_owned());
    Ok(marker.or_else(|| init_variable(source)).unwrap_or_else(|| "another pid or uts namespace".to_owned()))
}

/// `container=` in the environment of process 1; readable by root only.
fn init_variable(source: &Source) -> Option<String> {
    let environment = source.bytes("proc/1/environ").ok()?;
    let manager = environment.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(b"container="))?;
    Some(String::from_utf8_lossy(manager).into_owned())
}

#[cfg(test)]
mod tests {
    use procfs::FromRead;

    use super::super::source::tests::tree;
    use super::*;

    const HOST: [(&str, &str); 2] =
        [("proc/self/ns/pid", "->pid:[4026531836]"), ("proc/self/ns/uts", "->uts:[4026531838]")];
    const INNER: [(&str, &str); 2] =
        [("proc/self/ns/pid", "->pid:[4026532001]"), ("proc/self/ns/uts", "->uts:[4026532000]")];

    fn container_of(namespaces: [(&'static str, &'static str); 2], other: (&str, &str)) -> String {
        let [pid, uts] = namespaces;
        container(&Source::new(tree(&[pid, uts, other]).path())).unwrap()
    }

    #[test]
    fn containers() {
        assert_eq!(container_of(HOST, ("x", "")), "none");
        assert_eq!(container_of(INNER, ("x", "")), "another pid or uts namespace");
        assert_eq!(container_of(INNER, (".dockerenv", "")), "docker");
        assert_eq!(container_of(INNER, ("run/.containerenv", "")), "podman");
        assert_eq!(container_of(INNER, ("proc/1/environ", "A=b\0container=lxc\0")), "lxc");
        assert_eq!(container_of(HOST, ("run/systemd/container", "systemd-nspawn\n")), "systemd-nspawn");
        assert!(container(&Source::new(tree(&[]).path())).is_err());
    }

    #[test]
    fn a_machine_booted_from_a_container_image_is_no_container() {
        assert_eq!(container_of(HOST, (".dockerenv", "")), "none");
        let host_pids = [HOST[0], INNER[1]];
        assert_eq!(container_of(host_pids, (".dockerenv", "")), "docker");
    }

    fn virtualisation_of(flags: &str, files: &[(&str, &str)]) -> Finding<String> {
        let cpu = CpuInfo::from_read(format!("processor\t: 0\n{flags}\n\n").as_bytes()).unwrap();
        virtualisation(&Source::new(tree(files).path()), Some(&cpu))
    }

    #[test]
    fn hypervisors() {
        let guest = "flags\t: fpu hypervisor";
        let qemu = [("sys/class/dmi/id/sys_vendor", "QEMU\n")];
        assert_eq!(virtualisation_of("flags\t: fpu", &qemu).as_deref(), Ok("none"));
        assert_eq!(virtualisation_of(guest, &qemu).as_deref(), Ok("qemu"));
        assert_eq!(virtualisation_of(guest, &[]).as_deref(), Ok(UNNAMED_HYPERVISOR));
        assert_eq!(virtualisation_of(guest, &[("sys/hypervisor/type", "xen\n")]).as_deref(), Ok("xen"));
        assert_eq!(virtualisation_of("Features\t: fp", &qemu).as_deref(), Ok("qemu"));
        assert!(virtualisation_of("Features\t: fp", &[]).is_err());
        let compatible = [("proc/device-tree/hypervisor/compatible", "linux,kvm\0")];
        assert_eq!(virtualisation_of("Features\t: fp", &compatible).as_deref(), Ok("linux,kvm"));
    }
}
