// The model node-async: every task is an async function, all of them on the event loop of one thread.
//
// A task waits for a promise, which the task before it resolves. It yields by setImmediate of
// node:timers/promises: the others run, and the event loop looks for events. (`await null` would let other tasks run too,
// but timers, sockets and the end of stdin would wait until no task does so any more.) For the same reason a run of
// `switch`, `control`, `spawn` or `cpu` lets the event loop turn once about every 10 ms, which costs some microseconds.
//
// All scenarios are offered but switch-io: Node.js has no way to create a pipe.

import { accept } from "./echo.mjs";
import { parseArguments, Protocol } from "./protocol.mjs";
import { now, PARKED, Run, turn } from "./run.mjs";
import { create, createDeep } from "./tasks.mjs";

const OFFERED = ["switch", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog"];
const MISSING = { "switch-io": "Node.js has no way to create a pipe" };

/** Operations of a batch of the warm-up; the scenarios not named here wait for others most of the time. */
const WARM_UP_OPERATIONS = { switch: 5000, yield: 2000, control: 200_000, spawn: 5000, cpu: 20 };
const WARM_UP_TASKS = 2;
/** Before that, batches may be alike because the compiler has not been there yet. */
const WARM_UP_LEAST_BATCHES = 10;
const WARM_UP_LIMIT_NS = 2_000_000_000n;

/** Runs batches until the times of two successive ones differ by less than 10 %, and returns the field of `ready`. */
async function warmUp(scenario) {
  const operations = WARM_UP_OPERATIONS[scenario];
  if (operations === undefined) {
    return {};
  }
  const begin = now();
  let previous = 0;
  for (let batch = 0; now() - begin < WARM_UP_LIMIT_NS; batch++) {
    const run = new Run(scenario, WARM_UP_TASKS, operations);
    create(run);
    run.open();
    await run.finished;
    const elapsed = run.elapsed();
    if (batch >= WARM_UP_LEAST_BATCHES && Math.abs(elapsed - previous) * 10 < previous) {
      break;
    }
    previous = elapsed;
  }
  return { warm_up_ns: Number(now() - begin) };
}

async function main() {
  const { scenario, tasks, operations, socket, depth, hold } = parseArguments("node-async", OFFERED, MISSING);
  const protocol = new Protocol();
  const more = await warmUp(scenario);
  const run = new Run(scenario, tasks, PARKED.includes(scenario) ? tasks : operations);
  if (scenario === "echo") {
    await accept(run, socket);
  } else if (scenario === "deep") {
    createDeep(run, depth, hold);
    await turn();
  } else {
    create(run);
  }
  await protocol.ready(tasks, more);
  if (PARKED.includes(scenario)) {
    // The gate stays closed: what is done is that the tasks are parked.
    run.started = now();
    run.counters[0] = tasks;
    run.finish(tasks);
  } else {
    run.open();
    await run.finished;
  }
  await protocol.done(run.outcome());
}

await main();
