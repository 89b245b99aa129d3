//! The scenario `hog` as tokio tasks.

use tokio::time::{Instant, sleep_until};

use crate::tokio_model::Tasks;
use crate::{stackless, ticks};

/// Task `index` of `hog`: the one after those asked for computes, the others tick by the runtime's timers, which are
/// due at whole milliseconds.
pub async fn hog(tasks: Tasks, index: usize) {
    stackless::pass_gate(tasks, index).await;
    if index == tasks.count() {
        ticks::compute(tasks);
    } else {
        for due in ticks::due_times(tasks, index) {
            sleep_until(Instant::from_std(due)).await;
            ticks::count(tasks, index, due);
        }
        tasks.finish(tasks.share(index));
    }
    stackless::stay_alive().await
}
