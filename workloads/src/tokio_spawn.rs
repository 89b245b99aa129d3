//! The scenario `spawn` as tokio tasks.

use crate::tokio_model::Tasks;
use crate::{program, stackless};

/// Creates all tasks, a batch at a time, and awaits them. It is a task itself: the runtime's own threads create tasks
/// for less than others do.
pub async fn spawn(tasks: Tasks) {
    let mut handles = Vec::with_capacity(tasks.count());
    for batch in tasks.batches() {
        handles.extend((0..batch).map(|index| tokio::spawn(stackless::end(tasks, index))));
        for handle in handles.drain(..) {
            if let Err(error) = handle.await {
                program::fail(&anyhow::Error::new(error).context("await a task"));
            }
        }
    }
    tasks.finish(tasks.operations());
}
