//! On what the figures were measured.

use std::fs;

use anyhow::{Context, Result};
use nix::sys::utsname::uname;

/// Kernel, processor and number of CPUs in a line.
pub fn describe() -> Result<String> {
    let name = uname().context("ask for the kernel's release")?;
    let processors = fs::read_to_string("/proc/cpuinfo").context("read /proc/cpuinfo")?;
    let cpus = std::thread::available_parallelism().context("ask for the number of CPUs")?;
    let (kernel, model) = (name.release().to_string_lossy(), model(&processors));
    Ok(format!("Linux {kernel}, {model}, {cpus} CPUs"))
}

fn model(processors: &str) -> &str {
    let named = processors.lines().find_map(|line| line.strip_prefix("model name"));
    named.and_then(|rest| rest.split_once(": ")).map_or("a processor without a name", |(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_its_name() {
        assert_eq!(model("processor\t: 0\nmodel name\t: AMD EPYC\n"), "AMD EPYC");
        assert_eq!(model("processor\t: 0\n"), "a processor without a name");
    }
}
