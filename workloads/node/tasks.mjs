// What the tasks do: one async function for each scenario, which is called with the gate closed.

import { setImmediate as giveWay, setTimeout as sleep } from "node:timers/promises";

import { fail } from "./protocol.mjs";
import { now, turn } from "./run.mjs";

const HOG_NS = 200_000_000n;
const TICK_NS = 1_000_000n;

/** A power of two, about 10 ms of task switches. */
const HAND_OVERS_OF_A_TURN = 2 ** 16;

/** A task waits for a promise of its own, which its predecessor in the ring resolves with the token. */
async function switchTask(run, index) {
  const { counters, inboxes, operations } = run;
  const next = (index + 1) % run.tasks;
  let inbox = newInbox(inboxes, index);
  await run.gate;
  let token = 0;
  if (index !== 0) {
    token = await inbox;
    if (token % 64 === 0) {
      run.received();
    }
  }
  while (token < operations) {
    counters[index] += 1;
    token += 1;
    inbox = newInbox(inboxes, index);
    if (token % 64 === 0) {
      if (token % HAND_OVERS_OF_A_TURN === 0) {
        await turn();
      }
      run.handed = now();
    }
    inboxes[next](token);
    token = await inbox;
    if (token % 64 === 0) {
      run.received();
    }
  }
  run.finish(token);
}

function newInbox(inboxes, index) {
  return new Promise((resolve) => {
    inboxes[index] = resolve;
  });
}

async function yieldTask(run, index) {
  const { counters } = run;
  const share = run.share(index);
  await run.gate;
  let token = 0;
  while (token < share) {
    counters[index] += 1;
    token += 1;
    await giveWay();
  }
  run.finish(token);
}

async function controlTask(run, index) {
  const { counters } = run;
  const share = run.share(index);
  await run.gate;
  let token = 0;
  while (token < share) {
    const end = Math.min(share, token + run.turnAfter);
    const begin = token;
    while (token < end) {
      counters[index] += 1;
      token += 1;
    }
    if (run.isTurnDue(end - begin)) {
      await turn();
    }
  }
  run.finish(token);
}

/** The one task that creates the others once the gate is open. */
async function spawnTask(run) {
  const { counters, operations, tasks } = run;
  await run.gate;
  let created = 0;
  while (created < operations) {
    const size = Math.min(tasks, operations - created);
    const batch = [];
    for (let index = 0; index < size; index++) {
      batch.push(doNothing(counters, index));
    }
    await Promise.all(batch);
    created += size;
    if (run.isTurnDue(size)) {
      await turn();
    }
  }
  run.finish(created);
}

async function doNothing(counters, index) {
  counters[index] += 1;
}

async function idleTask(run) {
  await run.gate;
}

/** What a level of calls keeps in `deep`, and what it counts: 256 bytes. */
const LEVEL_WORDS = 32;

/** Each takes some of the one stack when it is called, which holds about 7,000; beyond, Node.js has a lot to say. */
const MOST_ASYNC_CALLS = 4000;

/** Makes calls that leave nothing behind, or parks below async functions that await each other. */
async function deepTask(run, levels, hold) {
  if (hold) {
    await descendAwaiting(levels, run.gate);
  } else {
    descend(levels);
    await run.gate;
  }
}

/** Recurses until `levels` levels are suspended, each with its own array. */
function descend(levels) {
  const words = new Array(LEVEL_WORDS).fill(levels);
  return words[levels % LEVEL_WORDS] + (levels > 1 ? descend(levels - 1) : 0);
}

async function descendAwaiting(levels, gate) {
  const words = new Array(LEVEL_WORDS).fill(levels);
  await (levels > 1 ? descendAwaiting(levels - 1, gate) : gate);
  return words;
}

/** One thread computes. A task yields to the event loop now and then, and to other tasks only when it is done. */
async function cpuTask(run, index) {
  await run.gate;
  let token = 0;
  for (let number = index; number < run.operations; number += run.tasks) {
    run.checksum = (run.checksum + chunk(number)) % 2 ** 32;
    run.counters[index] += 1;
    token += 1;
    if (run.isTurnDue(1)) {
      await turn();
    }
  }
  run.finish(token);
}

function chunk(index) {
  let x = (index + 1) | 0;
  for (let i = 0; i < 10_000; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return x >>> 0;
}

async function tickTask(run, index) {
  const share = run.share(index);
  await run.gate;
  let due = run.started;
  for (let i = 0; i < share; i++) {
    due += TICK_NS;
    const left = Number(due - now());
    if (left > 0) {
      await sleep(Math.ceil(left / 1e6));
    }
    run.record(Number(now() - due));
    run.counters[index] += 1;
  }
  run.finish(share);
}

async function hogTask(run) {
  await run.gate;
  for (let number = 0; now() - run.started < HOG_NS; number++) {
    chunk(number);
  }
}

const BODIES = {
  switch: switchTask,
  yield: yieldTask,
  control: controlTask,
  idle: idleTask,
  cpu: cpuTask,
  hog: tickTask,
};

/** Creates the tasks of `deep`, which park at once; fails if the stack does not hold the calls. */
export function createDeep(run, depth, hold) {
  const levels = Math.ceil(depth / (LEVEL_WORDS * 8));
  const refuse = () => fail(`--depth ${depth}: the stack does not hold ${levels} calls`);
  if (hold && levels > MOST_ASYNC_CALLS) {
    refuse();
  }
  for (let index = 0; index < run.tasks; index++) {
    deepTask(run, levels, hold).catch(refuse);
  }
}

/** Creates the tasks, which run as far as the gate at once. */
export function create(run) {
  if (run.scenario === "spawn") {
    spawnTask(run);
    return;
  }
  const body = BODIES[run.scenario];
  for (let index = 0; index < run.tasks; index++) {
    body(run, index);
  }
  if (run.scenario === "hog") {
    hogTask(run);
  }
}
