//! The contract between the eBPF programs and user space.
//!
//! Every type that crosses the border is defined here once and used by the kernel side, by user space and by the
//! tests. Feature `user` adds `aya::Pod`; feature `kernel` builds the programs themselves (`src/main.rs`).
#![no_std]

mod anatomy;
mod counts;
mod histogram;
mod interrupt;
mod loss;
mod settings;
mod syscall;
mod thread;
mod timeline;

pub use anatomy::*;
pub use histogram::*;
pub use interrupt::*;
pub use loss::*;
pub use settings::*;
pub use syscall::*;
pub use thread::*;
pub use timeline::*;

pub(crate) use counts::counts;
