//! CPUs that programs may be bound to.

use nix::{
    sched::{CpuSet, sched_getaffinity},
    unistd::Pid,
};

/// CPUs that taskweight may use, ascending.
pub fn allowed() -> anyhow::Result<Vec<u32>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    let is_in = |cpu: &usize| set.is_set(*cpu).unwrap_or(false);
    Ok((0..CpuSet::count()).filter(is_in).map(|cpu| cpu as u32).collect())
}

/// The last of them: the first ones serve most interrupts.
pub fn last_allowed() -> anyhow::Result<u32> {
    allowed()?.last().copied().ok_or_else(|| anyhow::anyhow!("no CPU may be used"))
}

/// The CPU, if programs may be bound to it.
pub fn require(cpu: u32) -> anyhow::Result<u32> {
    let allowed = allowed()?;
    if allowed.contains(&cpu) {
        return Ok(cpu);
    }
    let list = allowed.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    anyhow::bail!("cannot pin to CPU {cpu}: the CPUs to choose from are {list}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpu_that_is_not_there_is_answered_with_those_that_are() {
        let last = last_allowed().expect("some CPU runs this test");
        assert_eq!(require(last).expect("allowed"), last);
        let error = require(100_000).expect_err("no such CPU").to_string();
        assert!(error.starts_with("cannot pin to CPU 100000: the CPUs to choose from are "), "{error}");
        assert!(error.ends_with(&last.to_string()), "{error}");
    }
}
