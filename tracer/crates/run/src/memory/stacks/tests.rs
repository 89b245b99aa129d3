use std::ffi::c_void;
use std::fs;
use std::io::{PipeReader, PipeWriter, Read as _, pipe};
use std::os::fd::IntoRawFd as _;
use std::process::{Command, Stdio};
use std::ptr::null_mut;
use std::sync::mpsc;
use std::thread;

use nix::unistd::gettid;

use super::test_mapping::TestMapping;
use super::*;

fn read(pid: u32) -> ThreadStacks {
    ThreadStacks::read(pid).unwrap().unwrap()
}

fn of_thread(stacks: &ThreadStacks, tid: u32) -> ThreadStack {
    *stacks.found.iter().find(|stack| stack.tid == tid).unwrap_or_else(|| panic!("{tid} is not in {stacks:?}"))
}

/// Waits until a thread of this process blocks in `read`.
fn wait_for_read(tid: u32) {
    let blocked = || fs::read_to_string(format!("/proc/self/task/{tid}/syscall")).unwrap();
    while !blocked().starts_with(&format!("{} ", libc::SYS_read)) {
        thread::yield_now();
    }
}

/// Uses `depth` bytes of its stack, returns, says who it is and blocks until the other end is closed.
fn park_after(depth: usize, who: &mpsc::Sender<u32>, mut gate: PipeReader) {
    touch(depth, None);
    who.send(gettid().as_raw().cast_unsigned()).unwrap();
    let _closed = gate.read(&mut [0]);
}

/// Calls itself until its frame is `depth` bytes below the first one.
#[inline(never)]
fn touch(depth: usize, top: Option<usize>) {
    let level = std::hint::black_box([1_u8; 1024]);
    let here = level.as_ptr() as usize;
    if top.unwrap_or(here) - here < depth {
        touch(depth, Some(top.unwrap_or(here)));
    }
    std::hint::black_box(&level);
}

#[test]
fn threads_of_this_process() {
    const MIB: u64 = 1 << 20;
    let (gate, end): (PipeReader, PipeWriter) = pipe().unwrap();
    let (who, here) = mpsc::channel();
    let threads: Vec<_> = [8 << 10, 200 << 10]
        .into_iter()
        .map(|depth| {
            let (who, gate) = (who.clone(), gate.try_clone().unwrap());
            let builder = thread::Builder::new().stack_size(3 * MIB as usize);
            (depth, builder.spawn(move || park_after(depth as usize, &who, gate)).unwrap(), here.recv().unwrap())
        })
        .collect();
    threads.iter().for_each(|(.., tid)| wait_for_read(*tid));
    let stacks = read(std::process::id());
    for (depth, _, tid) in &threads {
        let stack = of_thread(&stacks, *tid);
        // What the kernel may have merged with it is not in it.
        assert_eq!(stack.reserved_bytes, 3 * MIB, "{stack:?}");
        assert!((*depth..depth + 32 * 1024).contains(&stack.high_water_bytes), "{depth} {stack:?}");
        assert!((*depth..depth + 40 * 1024).contains(&stack.resident_bytes), "{depth} {stack:?}");
        assert!(stack.in_use_bytes > 0 && stack.in_use_bytes < 16 * 1024, "{stack:?}");
    }
    drop((gate, end));
    threads.into_iter().for_each(|(_, thread, _)| thread.join().unwrap());
}

#[test]
fn the_first_thread_stands_on_the_stack_of_the_process() {
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let stacks = loop {
        let stacks = read(child.id());
        if stacks.found.len() == 1 && stacks.found[0].reserved_bytes > 64 << 10 {
            break stacks;
        }
    };
    assert_eq!((stacks.threads(), stacks.found[0].tid), (1, child.id()));
    let stack = stacks.found[0];
    assert!(
        stack.in_use_bytes <= stack.high_water_bytes && stack.high_water_bytes <= stack.reserved_bytes,
        "{stack:?}"
    );
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(ThreadStacks::read(child.id()), Ok(None));
}

/// Stacks side by side in one mapping, as glibc makes them from 2.42 on: the guards are pages within it.
struct Shared {
    mapping: TestMapping,
    stacks: usize,
}

const STACK: usize = 256 << 10;
const GUARD: usize = 64 << 10;

impl Shared {
    fn new(stacks: usize) -> Self {
        Self { mapping: TestMapping::new(stacks * (STACK + GUARD)), stacks }
    }

    fn guard(&self, index: usize) -> *mut c_void {
        self.mapping.at(index * (STACK + GUARD))
    }

    /// False where the kernel cannot, or does not show it.
    fn install_guards(&self) -> bool {
        const MADV_GUARD_INSTALL: i32 = 102;
        // SAFETY: advice on a part of the mapping that nothing uses.
        (0..self.stacks).all(|index| unsafe { libc::madvise(self.guard(index), GUARD, MADV_GUARD_INSTALL) } == 0)
    }

    /// Starts a thread on each stack, which blocks until the other end of the pipe is closed.
    fn occupy(&self, gate: &PipeReader) -> Vec<libc::pthread_t> {
        (0..self.stacks).map(|index| self.start_thread(index, gate.try_clone().unwrap())).collect()
    }

    fn start_thread(&self, index: usize, gate: PipeReader) -> libc::pthread_t {
        // SAFETY: zeroes are no valid value, but init makes one.
        let mut attributes: libc::pthread_attr_t = unsafe { std::mem::zeroed() };
        let mut thread = 0;
        let argument = gate.into_raw_fd() as usize as *mut c_void;
        // SAFETY: the attributes are initialised first; the stack is a part of the mapping that no one else uses, and
        // is unmapped after the thread was joined.
        unsafe {
            assert_eq!(libc::pthread_attr_init(&raw mut attributes), 0);
            assert_eq!(libc::pthread_attr_setstack(&raw mut attributes, self.guard(index).byte_add(GUARD), STACK), 0);
            assert_eq!(libc::pthread_create(&raw mut thread, &raw const attributes, block, argument), 0);
        }
        thread
    }
}

extern "C" fn block(gate: *mut c_void) -> *mut c_void {
    let mut byte = 0_u8;
    // SAFETY: reads into a place of one byte; the descriptor is this thread's own.
    unsafe {
        libc::read(gate as usize as i32, (&raw mut byte).cast(), 1);
        libc::close(gate as usize as i32);
    }
    null_mut()
}

/// What is found in the mapping: (stacks, merged).
fn found_in(shared: &Shared) -> (Vec<ThreadStack>, u64) {
    let (gate, end) = pipe().unwrap();
    let threads = shared.occupy(&gate);
    let range = shared.mapping.range();
    let is_here = |pointer: u64| (range.start..range.end).contains(&pointer);
    let all_block = || {
        let pointers = pointers::of(std::process::id()).unwrap().unwrap();
        pointers.found.iter().filter(|(pointer, _)| is_here(*pointer)).count() == threads.len()
    };
    while !all_block() {
        thread::yield_now();
    }
    let pointers = pointers::of(std::process::id()).unwrap().unwrap().found;
    let pointers: Vec<_> = pointers.into_iter().filter(|(pointer, _)| is_here(*pointer)).collect();
    let mut stacks = ThreadStacks::default();
    let candidate = Candidate { range, is_plain: true, is_guarded: false };
    stacks.look_into(&candidate, &pointers, &mut Pages::open(std::process::id()).unwrap()).unwrap();
    drop((gate, end));
    for thread in threads {
        // SAFETY: started above, and joined once.
        assert_eq!(unsafe { libc::pthread_join(thread, null_mut()) }, 0);
    }
    (stacks.found, stacks.merged)
}

#[test]
fn stacks_without_guards_between_them_are_merged() {
    let shared = Shared::new(3);
    assert_eq!(found_in(&shared), (Vec::new(), 3));
}

#[test]
fn guard_pages_within_a_mapping_tell_its_stacks_apart() {
    let shared = Shared::new(3);
    if !shared.install_guards() {
        return println!("not here: this kernel has no guard pages within a mapping");
    }
    let (found, merged) = found_in(&shared);
    if merged == 3 {
        return println!("not here: this kernel does not show guard pages");
    }
    assert_eq!((found.len(), merged), (3, 0), "{found:?}");
    for stack in found {
        assert_eq!(stack.reserved_bytes, STACK as u64);
        assert!((4096..65_536).contains(&stack.resident_bytes) && stack.high_water_bytes < 65_536, "{stack:?}");
    }
}
