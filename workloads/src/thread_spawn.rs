//! The scenario `spawn` as threads.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};

use crate::program;
use crate::slot::Slot;
use crate::thread::Threads;
use crate::thread_start::failure;

/// Creates all threads, a batch at a time, and joins them.
///
/// The standard library creates and joins them, and glibc keeps the stacks of threads that ended for the next ones.
pub fn spawn(tasks: &Threads) -> Result<()> {
    let mut handles = Vec::with_capacity(tasks.count());
    for batch in tasks.batches() {
        for index in 0..batch {
            handles.push(create(tasks, index)?);
        }
        handles.drain(..).for_each(join);
    }
    tasks.finish(tasks.operations());
    Ok(())
}

fn create(tasks: &Threads, index: usize) -> Result<JoinHandle<()>> {
    let own = Arc::clone(tasks);
    thread::Builder::new().spawn(move || own.slot(index).count()).with_context(|| failure(tasks, index))
}

fn join(handle: JoinHandle<()>) {
    if handle.join().is_err() {
        program::fail(&anyhow::anyhow!("a thread panicked"));
    }
}
