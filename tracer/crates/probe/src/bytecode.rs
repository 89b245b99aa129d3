//! The instructions of a loaded program, as the kernel has rewritten them, and the stack that they use.

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd},
};

const BPF_OBJ_GET_INFO_BY_FD: libc::c_long = 15;
/// The register that points to the end of the stack.
const FRAME: usize = 10;

/// The beginning of the kernel's `struct bpf_prog_info`.
#[repr(C)]
#[derive(Default)]
struct ProgramInfo {
    kind: u32,
    id: u32,
    tag: [u8; 8],
    jited_bytes: u32,
    translated_bytes: u32,
    jited: u64,
    translated: u64,
}

/// The attributes of the call.
#[repr(C)]
struct Attributes {
    fd: u32,
    info_bytes: u32,
    info: u64,
}

/// Bytes of stack that a loaded program uses, as the verifier counts them: down to the lowest place that it reads, writes or
/// hands to the kernel, in whole words.
///
/// # Errors
/// Where the kernel does not show the instructions (needs CAP_BPF).
pub fn stack_bytes(program: BorrowedFd<'_>) -> io::Result<u64> {
    Ok(stack_of(&instructions(program)?))
}

fn instructions(program: BorrowedFd<'_>) -> io::Result<Vec<[u8; 8]>> {
    let mut info = ProgramInfo::default();
    ask(program, &mut info)?;
    let mut instructions = vec![[0; 8]; info.translated_bytes as usize / 8];
    let mut info = ProgramInfo {
        translated_bytes: info.translated_bytes,
        translated: instructions.as_mut_ptr() as u64,
        ..ProgramInfo::default()
    };
    ask(program, &mut info)?;
    if info.translated == 0 {
        return Err(io::Error::other("the kernel does not show the instructions of programs"));
    }
    Ok(instructions)
}

fn ask(program: BorrowedFd<'_>, info: &mut ProgramInfo) -> io::Result<()> {
    let attributes = Attributes {
        fd: program.as_raw_fd().cast_unsigned(),
        info_bytes: size_of::<ProgramInfo>() as u32,
        info: std::ptr::from_mut(info) as u64,
    };
    // SAFETY: the attributes and what they point to live for the call, with the lengths that they say.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &raw const attributes, size_of::<Attributes>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Follows the registers that point into the stack, from the first instruction to the last: the compiler sets them up where
/// they are used.
fn stack_of(instructions: &[[u8; 8]]) -> u64 {
    let mut offsets = [None; 11];
    offsets[FRAME] = Some(0);
    let mut lowest = 0;
    for &[code, registers, offset_low, offset_high, ref immediate @ ..] in instructions {
        let (to, from) = (usize::from(registers & 0xf), usize::from(registers >> 4));
        let [pointer_to, pointer_from] = [to, from].map(|register| offsets.get(register).copied().flatten());
        let offset = i32::from(i16::from_le_bytes([offset_low, offset_high]));
        let immediate = i32::from_le_bytes(*immediate);
        let mut touch = |pointer: Option<i32>| lowest = lowest.min(pointer.map_or(0, |pointer| pointer + offset));
        match code {
            // 64-bit assignment and addition
            0xbf => set(&mut offsets, to, pointer_from),
            0x07 => set(&mut offsets, to, pointer_to.map(|pointer| pointer + immediate)),
            // a call, to which the first five registers are arguments and which leaves none of them
            0x85 => {
                offsets[1..=5].iter().for_each(|pointer| touch(*pointer));
                offsets[..=5].fill(None);
            }
            _ => match code & 7 {
                // loads
                1 => {
                    touch(pointer_from);
                    set(&mut offsets, to, None);
                }
                // stores
                2 | 3 => touch(pointer_to),
                // jumps
                5 | 6 => {}
                // all other arithmetic, and constants
                _ => set(&mut offsets, to, None),
            },
        }
    }
    u64::from(lowest.unsigned_abs()).next_multiple_of(8)
}

fn set(offsets: &mut [Option<i32>; 11], register: usize, offset: Option<i32>) {
    if let Some(known) = offsets.get_mut(register).filter(|_| register != FRAME) {
        *known = offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instruction(code: u8, to: u8, from: u8, offset: i16, immediate: i32) -> [u8; 8] {
        let ([a, b], [c, d, e, f]) = (offset.to_le_bytes(), immediate.to_le_bytes());
        [code, to | from << 4, a, b, c, d, e, f]
    }

    #[test]
    fn stores_to_the_stack_count_in_whole_words() {
        // *(u32 *)(r10 - 4) = w1; *(u64 *)(r10 - 24) = r2; exit
        let program =
            [instruction(0x63, 10, 1, -4, 0), instruction(0x7b, 10, 2, -24, 0), instruction(0x95, 0, 0, 0, 0)];
        assert_eq!(stack_of(&program[..1]), 8);
        assert_eq!(stack_of(&program), 24);
    }

    #[test]
    fn what_a_register_points_to_counts_where_it_is_used() {
        // r2 = r10; r2 += -40
        let point = [instruction(0xbf, 2, 10, 0, 0), instruction(0x07, 2, 0, 0, -40)];
        let with = |last| stack_of(&[point[0], point[1], last]);
        assert_eq!(with(instruction(0x95, 0, 0, 0, 0)), 0, "it is not used");
        assert_eq!(with(instruction(0x85, 0, 0, 0, 113)), 40, "call");
        assert_eq!(with(instruction(0x61, 0, 2, 16, 0)), 24, "w0 = *(u32 *)(r2 + 16)");
        assert_eq!(with(instruction(0x7b, 2, 1, -8, 0)), 48, "*(u64 *)(r2 - 8) = r1");
    }

    #[test]
    fn other_memory_is_not_the_stack() {
        // r1 = r6; *(u64 *)(r1 - 64) = r2; r1 = r10; r1 = 0 ll; *(u64 *)(r1 - 64) = r2
        let program = [
            instruction(0xbf, 1, 6, 0, 0),
            instruction(0x7b, 1, 2, -64, 0),
            instruction(0xbf, 1, 10, 0, 0),
            instruction(0x18, 1, 0, 0, 0),
            [0; 8],
            instruction(0x7b, 1, 2, -64, 0),
        ];
        assert_eq!(stack_of(&program), 0);
    }
}
