//! The machine and its settings, read from /proc and /sys: no program is run for it.

mod confinement;
mod kernel;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use procfs::{CpuInfo, Meminfo};
use source::{Finding, Source};
use taskweight_core::report::Environment;

/// The environment of this process.
pub fn read() -> Environment {
    let mut environment = read_from(Path::new("/"));
    // Where the files know only that there is a hypervisor, the CPU may know which.
    if environment.virtualisation.as_deref() == Some(confinement::UNNAMED_HYPERVISOR) {
        environment.virtualisation = confinement::hypervisor_signature().or(environment.virtualisation);
    }
    environment
}

/// What decides how large threads' stacks are, and how their memory is allocated: programs inherit it.
fn stacks(environment: &mut Environment, reasons: &mut BTreeMap<String, String>) {
    let limit = getrlimit(Resource::RLIMIT_STACK).map_err(|error| format!("getrlimit: {error}"));
    let limit = limit.and_then(|(soft, _)| if soft == RLIM_INFINITY { Err("unlimited".to_owned()) } else { Ok(soft) });
    environment.stack_limit_bytes = keep(reasons, "stack_limit_bytes", limit);
    let tunables = std::env::var("GLIBC_TUNABLES").map_err(|_| "GLIBC_TUNABLES is not set".to_owned());
    environment.glibc_tunables = keep(reasons, "glibc_tunables", tunables);
}

/// The environment as the files below `root` describe it, and what this process inherited.
pub fn read_from(root: &Path) -> Environment {
    let source = Source::new(root);
    let mut reasons = BTreeMap::new();
    let mut keep = |field: &str, finding: Finding<String>| keep(&mut reasons, field, finding);
    let cpu_info = source.parse::<CpuInfo>("proc/cpuinfo");
    let mut environment = Environment {
        kernel: keep("kernel", kernel::version(&source)).unwrap_or_default(),
        architecture: nix::sys::utsname::uname()
            .map_or(String::new(), |name| name.machine().to_string_lossy().into_owned()),
        cpu_model: keep("cpu_model", cpu_model(cpu_info.as_ref())),
        cpus_allowed: keep("cpus_allowed", source.field("proc/self/status", "Cpus_allowed_list")),
        virtualisation: keep("virtualisation", confinement::virtualisation(&source, cpu_info.as_ref().ok())),
        container: keep("container", confinement::container(&source)),
        mitigations: source.directory("sys/devices/system/cpu/vulnerabilities"),
        governor: keep("governor", governor(&source)),
        smt: keep("smt", source.text("sys/devices/system/cpu/smt/control")),
        transparent_huge_pages: keep("transparent_huge_pages", huge_pages(&source)),
        clock_source: keep("clock_source", source.text(CLOCK_SOURCE)),
        preemption: keep("preemption", kernel::preemption(&source)),
        memory_cgroup: keep("memory_cgroup", kernel::memory_cgroup(&source)),
        ..Environment::default()
    };
    numbers(&source, &mut environment, &mut reasons);
    stacks(&mut environment, &mut reasons);
    environment.reasons = reasons;
    environment
}

const CLOCK_SOURCE: &str = "sys/devices/system/clocksource/clocksource0/current_clocksource";

fn numbers(source: &Source, environment: &mut Environment, reasons: &mut BTreeMap<String, String>) {
    let online = source.text("sys/devices/system/cpu/online").map(|list| count_of_list(&list));
    environment.cpus_online = keep(reasons, "cpus_online", online).unwrap_or_default();
    environment.pid_max = keep(reasons, "pid_max", source.number("proc/sys/kernel/pid_max"));
    let memory = source.parse::<Meminfo>("proc/meminfo").map(|memory| memory.mem_total);
    environment.memory_bytes = keep(reasons, "memory_bytes", memory);
}

/// The value, or its reason in the list.
fn keep<T>(reasons: &mut BTreeMap<String, String>, field: &str, finding: Finding<T>) -> Option<T> {
    finding.map_err(|reason| reasons.insert(field.to_owned(), reason)).ok()
}

fn cpu_model(cpu_info: Result<&CpuInfo, &String>) -> Finding<String> {
    let cpu_info = cpu_info.map_err(String::clone)?;
    let model = cpu_info.model_name(0).map(str::to_owned);
    model.ok_or_else(|| "/proc/cpuinfo: no `model name` on this architecture".to_owned())
}

/// The governor; all of them where CPUs differ.
fn governor(source: &Source) -> Finding<String> {
    let mut governors: Vec<String> = source
        .names("sys/devices/system/cpu")
        .iter()
        .filter_map(|cpu| source.text(&format!("sys/devices/system/cpu/{cpu}/cpufreq/scaling_governor")).ok())
        .collect();
    governors.sort();
    governors.dedup();
    match governors.is_empty() {
        true => source.text("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        false => Ok(governors.join(", ")),
    }
}

fn huge_pages(source: &Source) -> Finding<String> {
    let path = "sys/kernel/mm/transparent_hugepage/enabled";
    let choices = source.text(path)?;
    chosen(&choices, '[', ']').ok_or_else(|| format!("/{path}: `{choices}`: nothing is chosen"))
}

/// The choice in brackets: `always [madvise] never`.
fn chosen(choices: &str, open: char, close: char) -> Option<String> {
    choices.split_once(open)?.1.split_once(close).map(|(choice, _)| choice.to_owned())
}

/// How many numbers a list such as `0-3,8` has.
fn count_of_list(list: &str) -> u32 {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => Some(number(last)?.checked_sub(number(first)?)?.saturating_add(1)),
        None => number(part).map(|_| 1),
    };
    list.split(',').filter_map(range).fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::source::tests::tree;
    use super::*;

    #[test]
    fn reads_what_is_there() {
        let root = tree(&[
            ("proc/cpuinfo", "processor\t: 0\nmodel name\t: Example CPU\nflags\t\t: fpu tsc\n\n"),
            ("proc/meminfo", "MemTotal:  2048 kB\nMemFree: 1 kB\nBuffers: 0 kB\nCached: 0 kB\nSwapCached: 0 kB\n"),
            ("proc/self/status", "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n"),
            ("proc/sys/kernel/pid_max", "32768\n"),
            ("sys/devices/system/cpu/online", "0-3,8\n"),
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
            ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n"),
            ("sys/devices/system/cpu/vulnerabilities/meltdown", "Not affected\n"),
            ("sys/devices/system/cpu/smt/control", "off\n"),
            ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
            (CLOCK_SOURCE, "tsc\n"),
        ]);
        let environment = read_from(root.path());
        assert_eq!(environment.cpu_model.as_deref(), Some("Example CPU"));
        assert_eq!(environment.cpus_allowed.as_deref(), Some("0-3"));
        assert_eq!((environment.cpus_online, environment.pid_max), (5, Some(32_768)));
        assert_eq!(environment.governor.as_deref(), Some("performance, powersave"));
        assert_eq!(environment.smt.as_deref(), Some("off"));
        assert_eq!(environment.transparent_huge_pages.as_deref(), Some("madvise"));
        assert_eq!(environment.clock_source.as_deref(), Some("tsc"));
        assert_eq!(environment.mitigations["meltdown"], "Not affected");
    }

    #[test]
    fn what_is_not_there_has_a_reason() {
        let environment = read_from(tree(&[]).path());
        let reason = &environment.reasons["governor"];
        assert_eq!(reason, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor: No such file or directory");
        let value = serde_json::to_value(&environment).unwrap();
        for (field, value) in value.as_object().unwrap() {
            assert_eq!(value.is_null(), value.is_null() && environment.reasons.contains_key(field), "{field}");
        }
    }

    #[test]
    fn this_machine() {
        let environment = read();
        assert!(environment.cpus_online > 0 && environment.memory_bytes > Some(1 << 20));
        assert!(environment.kernel.contains('#') && !environment.architecture.is_empty());
        assert!(environment.pid_max.is_some() && environment.cpus_allowed.is_some());
        println!("{environment:#?}");
    }

    #[test]
    fn lists_of_cpus() {
        assert_eq!([count_of_list("0"), count_of_list("0-3,8-9"), count_of_list("")], [1, 6, 0]);
        assert_eq!(count_of_list("3-1,x,0-4294967295"), u32::MAX);
    }
}
