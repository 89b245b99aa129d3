//! 32-bit programs: the numbers of their system calls mean other calls than those of 64-bit programs.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::invocation::run;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};

const CALLS: u32 = 10_007;

/// Where the program is put into memory, from the begin of its file.
const BASE: u32 = 0x0804_8000;
/// Bytes of the headers, which the code follows.
const HEADERS: u32 = 52 + 32;

/// Writes a program for 32-bit x86 that calls getppid so many times, yields once, and exits.
fn program(folder: &Path) -> PathBuf {
    let mut code = vec![0xbf];
    code.extend(CALLS.to_le_bytes()); // mov edi, CALLS
    code.extend([0xb8, 64, 0, 0, 0, 0xcd, 0x80]); // again: mov eax, 64 (getppid); int 0x80
    code.extend([0x4f, 0x75, 0xf6]); // dec edi; jnz again
    code.extend([0xb8, 158, 0, 0, 0, 0xcd, 0x80]); // mov eax, 158 (sched_yield); int 0x80
    code.extend([0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80]); // mov eax, 1 (exit); xor ebx, ebx; int 0x80
    let bytes = HEADERS + code.len() as u32;
    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0".to_vec();
    // Version, entry, program headers, section headers, flags.
    [1, BASE + HEADERS, 52, 0, 0].iter().for_each(|word: &u32| file.extend(word.to_le_bytes()));
    // Sizes and numbers of headers.
    [52, 32, 1, 40, 0, 0].iter().for_each(|half: &u16| file.extend(half.to_le_bytes()));
    // One segment: to be loaded, readable and executable.
    [1, 0, BASE, BASE, bytes, bytes, 5, 4096].iter().for_each(|word: &u32| file.extend(word.to_le_bytes()));
    file.extend(code);
    let path = folder.join("program32");
    fs::write(&path, file).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A folder with the program, or why this kernel does not execute it.
fn executable() -> io::Result<(tempfile::TempDir, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = program(folder.path());
    let status = Command::new(&path).status()?;
    assert!(status.success(), "{status}");
    let path = path.to_str().unwrap().to_owned();
    Ok((folder, path))
}

#[test]
fn calls_of_32_bit_programs_have_names_of_their_own() {
    needs_bpf!();
    let (_folder, path) = match executable() {
        Ok(program) => program,
        Err(error) => skip!("this kernel executes no 32-bit programs (CONFIG_IA32_EMULATION): {error}"),
    };
    for form in ["auto", "raw", "plain"] {
        let run = run(&["--probe-form", form, "--per", "syscall:ia32:getppid"], &[&path]).run();
        let calls: Vec<_> =
            run.kernel.syscalls.by_name.iter().map(|(name, calls)| (name.as_str(), calls.count)).collect();
        let expected = [("ia32:exit", 1), ("ia32:getppid", u64::from(CALLS)), ("ia32:sched_yield", 1)];
        assert_eq!(calls, expected, "{form}");
        assert_eq!(run.operations, Some(CALLS.into()));
        assert_eq!(run.syscall_histograms["ia32:getppid"].count, u64::from(CALLS));
    }
}

#[test]
fn a_program_of_one_kind_may_execute_one_of_the_other() {
    needs_bpf!();
    let (_folder, path) = match executable() {
        Ok(program) => program,
        Err(error) => skip!("this kernel executes no 32-bit programs (CONFIG_IA32_EMULATION): {error}"),
    };
    let run = run(&[], &["sh", "-c", "\"$1\"; \"$1\" & wait; exec \"$1\"", "sh", &path]).run();
    let calls = &run.kernel.syscalls.by_name;
    assert_eq!(calls["ia32:getppid"].count, 3 * u64::from(CALLS));
    assert_eq!((calls["ia32:exit"].count, calls["ia32:sched_yield"].count), (3, 3));
    // By the numbers alone it would have been these.
    assert!(!calls.contains_key("semget"), "{calls:?}");
    assert!(calls["execve"].count >= 3 && !calls.contains_key("ia32:execve"), "{calls:?}");
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
}
