//! Names of system calls.

use syscalls::{Sysno, x86};
use tracer_ebpf::{COMPAT_SYSCALL_BASE, NATIVE_SYSCALL_ROWS};

/// Number of `sched_yield` on this architecture.
pub const SCHED_YIELD: u32 = Sysno::sched_yield as u32;

/// Row of the 32-bit `sched_yield`.
pub const COMPAT_SCHED_YIELD_ROW: u32 = COMPAT_SYSCALL_BASE + x86::Sysno::sched_yield as u32;

/// What the names of the calls of 32-bit programs begin with: their numbers and arguments are others.
const COMPAT_PREFIX: &str = "ia32:";

/// Name of the call in a row of the system call table; the last row of each way of calling holds what fits in no other.
pub fn name(row: u32) -> String {
    if row < COMPAT_SYSCALL_BASE {
        return name_or_number(row, Sysno::new(row as usize).map(|number| number.name()));
    }
    let number = row - COMPAT_SYSCALL_BASE;
    let name = name_or_number(number, x86::Sysno::new(number as usize).map(|number| number.name()));
    format!("{COMPAT_PREFIX}{name}")
}

/// Whether calls can be counted under this name.
pub fn is_name(name: &str) -> bool {
    match name.strip_prefix(COMPAT_PREFIX) {
        Some(name) => name.parse::<x86::Sysno>().is_ok(),
        None => name.parse::<Sysno>().is_ok(),
    }
}

fn name_or_number(number: u32, name: Option<&str>) -> String {
    match name {
        Some(name) => name.to_owned(),
        None if number == NATIVE_SYSCALL_ROWS - 1 => String::from("other"),
        None => format!("syscall_{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracer_ebpf::SYSCALL_ROWS;

    #[test]
    fn calls_have_their_names_and_unknown_ones_their_numbers() {
        assert_eq!(name(Sysno::getppid as u32), "getppid");
        assert_eq!(name(NATIVE_SYSCALL_ROWS - 1), "other");
        assert_eq!(name(NATIVE_SYSCALL_ROWS - 2), "syscall_510");
    }

    #[test]
    fn numbers_of_32_bit_programs_mean_other_calls() {
        assert_eq!((name(20), name(COMPAT_SYSCALL_BASE + 20)), (String::from("writev"), String::from("ia32:getpid")));
        assert!(is_name("ia32:waitpid") && !is_name("waitpid") && is_name("wait4"));
        assert_eq!(name(SYSCALL_ROWS - 1), "ia32:other");
        assert_eq!(name(SYSCALL_ROWS - 2), "ia32:syscall_510");
    }
}
