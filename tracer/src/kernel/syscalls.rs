//! Names of system calls.

use syscalls::Sysno;
use tracer_ebpf::SYSCALL_ROWS;

/// Number of `sched_yield` on this architecture.
pub const SCHED_YIELD: u32 = Sysno::sched_yield as u32;

/// Name of the call in a row of the system call table; the last row holds what fits in no other.
pub fn name(row: u32) -> String {
    if row == SYSCALL_ROWS - 1 {
        return String::from("other");
    }
    Sysno::new(row as usize).map_or_else(|| format!("syscall_{row}"), |number| number.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_their_names_and_unknown_ones_their_numbers() {
        assert_eq!(name(Sysno::getppid as u32), "getppid");
        assert_eq!(name(SYSCALL_ROWS - 1), "other");
        assert_eq!(name(SYSCALL_ROWS - 2), "syscall_510");
    }
}
