//! What takes an instruction of its own. The BPF target of rustc declares no read-modify-write, though every kernel since
//! 5.12 has atomic addition.

use core::arch::asm;

/// Adds `addend` to the word at `place` and returns what it was before.
///
/// # Safety
/// `place` is valid, aligned, and written to by nothing else than this function while the programs run.
#[inline(always)]
pub unsafe fn fetch_add(place: *mut u64, addend: u64) -> u64 {
    let mut word = addend;
    // SAFETY: one instruction, on a place that the caller vouches for and the verifier checks.
    unsafe {
        asm!(
            "{word} = atomic_fetch_add((u64 *)({place} + 0), {word})",
            place = in(reg) place,
            word = inout(reg) word,
            options(nostack)
        );
    }
    word
}

/// The value, of which the compiler knows nothing any more; in its register, where `black_box` goes through memory.
#[inline(always)]
pub fn opaque(value: usize) -> usize {
    let mut value = value;
    // SAFETY: a register is assigned to itself. (Of no instruction at all the line information would be refused.)
    unsafe { asm!("{value} = {value}", value = inout(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}
