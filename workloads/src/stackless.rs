//! The scenarios as futures, for every model whose tasks are futures.

use std::future::{Future, pending, poll_fn};
use std::hint::black_box;
use std::ops::Deref;
use std::pin::Pin;
use std::task::Poll;

use crate::depth::LEVEL_BYTES;
use crate::slot::FutureSlot;
use crate::task_set::TaskSet;
use crate::turns::Turns;

/// Task `index` of `switch`. The first task has the token when the gate opens.
pub async fn switch<P, S>(tasks: P, index: usize)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
{
    let mut touched = tasks.touched();
    pass_gate(&tasks, index).await;
    let (own, next) = (tasks.slot(index), tasks.slot(tasks.next(index)));
    let mut token = 0;
    if index != 0 {
        token = receive(own).await;
        tasks.hand_overs().arrives(token);
    }
    while token < tasks.operations() {
        own.count();
        touched.touch();
        tasks.hand_overs().leaves(token + 1);
        next.put(token + 1);
        next.wake();
        token = receive(own).await;
        tasks.hand_overs().arrives(token);
    }
    tasks.finish(token);
    stay_alive().await
}

/// Task `index` of `yield`, with the model's own way to yield.
pub async fn give_way<P, S, T, F, Y>(tasks: P, turns: T, index: usize, yield_now: F)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
    T: Turns,
    F: Fn() -> Y,
    Y: Future<Output = ()>,
{
    pass_gate(&tasks, index).await;
    turns.begin(index);
    let mut token = 0;
    for _ in 0..tasks.share(index) {
        black_box(tasks.slot(index)).count();
        token = black_box(token + 1);
        turns.end(index);
        yield_now().await;
        turns.begin(index);
    }
    tasks.finish(token);
    stay_alive().await
}

/// Task `index` of `control`.
pub async fn control<P, S>(tasks: P, index: usize)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
{
    pass_gate(&tasks, index).await;
    tasks.count_share(index);
    stay_alive().await
}

/// Task `index` of `cpu`.
pub async fn compute<P, S>(tasks: P, index: usize)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
{
    pass_gate(&tasks, index).await;
    tasks.compute_share(index);
    stay_alive().await
}

/// Task `index` of `idle`: the gate stays closed.
pub async fn rest<P, S>(tasks: P, index: usize)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
{
    pass_gate(&tasks, index).await;
}

/// Task `index` of `deep`. It has no stack of its own: calls use that of the thread that polls it, and leave nothing
/// behind. What it can hold is the frames of futures that await each other.
pub async fn deep<P, S>(tasks: P, index: usize)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
{
    let depth = tasks.depth();
    if depth.hold {
        frame(level(&*tasks, index, depth.levels())).await;
    } else {
        depth.visit();
        pass_gate(&tasks, index).await;
    }
}

/// One of the futures that await each other: an array that is filled, and lives across the `await`.
async fn level<S: FutureSlot>(tasks: &TaskSet<S>, index: usize, levels: usize) {
    let mut locals = [1_u8; LEVEL_BYTES];
    black_box(&mut locals);
    if levels > 1 {
        frame(level(tasks, index, levels - 1)).await;
    } else {
        pass_gate(tasks, index).await;
    }
    black_box(&mut locals);
}

/// A future allocated by itself, as one has to be that awaits its own kind.
fn frame<F: Future>(future: F) -> Pin<Box<F>> {
    const { assert!(size_of::<F>() >= LEVEL_BYTES, "the array is not alive across the await") };
    Box::pin(future)
}

/// A task of `spawn`: it does nothing but count itself, and ends.
pub async fn end<P, S>(tasks: P, index: usize)
where
    P: Deref<Target = TaskSet<S>>,
    S: FutureSlot,
{
    tasks.slot(index).count();
}

/// Waits until the gate is open.
pub async fn pass_gate<S: FutureSlot>(tasks: &TaskSet<S>, index: usize) {
    let mut arrived = false;
    poll_fn(|context| {
        tasks.slot(index).register(context.waker());
        if !arrived {
            arrived = true;
            tasks.arrive();
        }
        if tasks.is_open() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Keeps a finished task, and with it its memory, until the end of the process.
pub async fn stay_alive() {
    pending().await
}

/// Waits for the token. The second look is for a token put while the waker was being registered.
async fn receive<S: FutureSlot>(slot: &S) -> u64 {
    poll_fn(|context| {
        if let Some(token) = slot.take() {
            return Poll::Ready(token);
        }
        slot.register(context.waker());
        slot.take().map_or(Poll::Pending, Poll::Ready)
    })
    .await
}
