// One run: the counters of its tasks, the gate they wait behind, its clock, and the proof that they did the work.

import { fail } from "./protocol.mjs";

/** The monotonic clock in nanoseconds: the form that is read fastest. */
export const now = process.hrtime.bigint;

/** Scenarios in which nothing is done: the gate stays closed. */
export const PARKED = ["idle", "deep"];

const RING_LIKE = ["switch", "spawn", "echo", ...PARKED];

/** Operations after which the event loop may turn, about 10 ms of work: the end of stdin is noticed there. */
const OPERATIONS_OF_A_TURN = { control: 2 ** 22, spawn: 2 ** 16, cpu: 2 ** 9 };

/** Lets the event loop turn once. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A promise with the function that resolves it. */
export function withResolver() {
  let resolver;
  const promise = new Promise((resolve) => {
    resolver = resolve;
  });
  return [promise, resolver];
}

export class Run {
  constructor(scenario, tasks, operations) {
    this.scenario = scenario;
    this.tasks = tasks;
    this.operations = operations;
    this.counters = new Float64Array(PARKED.includes(scenario) ? 1 : tasks);
    this.inboxes = new Array(scenario === "switch" ? tasks : 0);
    [this.gate, this.passGate] = withResolver();
    [this.finished, this.end] = withResolver();
    this.unfinished = RING_LIKE.includes(scenario) ? 1 : tasks;
    this.tokens = 0;
    this.checksum = 0;
    this.started = this.ended = this.handed = 0n;
    this.times = new Map();
    this.clock = scenario === "switch" ? clockCost() : 0;
    this.worked = 0;
    this.turnAfter = OPERATIONS_OF_A_TURN[scenario];
  }

  /** What task `index` makes of the operations: the first tasks take the remainder. */
  share(index) {
    return Math.floor(this.operations / this.tasks) + (index < this.operations % this.tasks ? 1 : 0);
  }

  open() {
    this.started = now();
    this.passGate();
  }

  /** A task has made its last operation and holds a token of this value; the last task stops the clock. */
  finish(token) {
    this.tokens += token;
    this.unfinished -= 1;
    if (this.unfinished === 0) {
      this.ended = now();
      this.end();
    }
  }

  /** Whether it is time to let the event loop run, after this number of operations. */
  isTurnDue(operations) {
    this.worked += operations;
    if (this.worked < this.turnAfter) {
      return false;
    }
    this.worked = 0;
    return true;
  }

  /** The token that was passed on at the time `handed` has arrived. */
  received() {
    this.record(Number(now() - this.handed) - this.clock);
  }

  /** Counts a time, in steps of at most 1/32 of the value, by the value in the middle. */
  record(nanoseconds) {
    const time = Math.max(nanoseconds, 0);
    let step = 1;
    while (time >= 64 * step) {
      step *= 2;
    }
    const middle = time - (time % step) + Math.floor((step - 1) / 2);
    this.times.set(middle, (this.times.get(middle) ?? 0) + 1);
  }

  elapsed() {
    return Math.max(Number(this.ended - this.started), 1);
  }

  /** What was done, if the counters of the tasks and the tokens agree with what was asked for. */
  outcome() {
    const { scenario, tokens, operations } = this;
    const counted = this.counters.reduce((sum, counter) => sum + counter, 0);
    if (counted !== operations || tokens !== operations) {
      fail(`asked for ${operations} operations, but the tasks counted ${counted} and the tokens ${tokens}`);
    }
    return {
      operations,
      logical_switches: this.#logicalSwitches(),
      elapsed_ns: this.elapsed(),
      ...(scenario === "switch" && { hand_over_ns: [...this.times], clock_ns: this.clock }),
      ...(scenario === "hog" && { lateness_ns: [...this.times] }),
      ...(scenario === "cpu" && { checksum: this.checksum }),
    };
  }

  /** The event loop runs its tasks in turn: every yield passes control to another, if there is one. */
  #logicalSwitches() {
    const { scenario, tasks, operations } = this;
    const none = ["control", "cpu", ...PARKED].includes(scenario) || (scenario === "yield" && tasks === 1);
    return none ? 0 : operations;
  }
}

/** What one reading of the clock costs: the least of several averages, as anything else that runs adds. */
function clockCost() {
  const readings = 1000;
  let least = Infinity;
  for (let batch = 0; batch < 20; batch++) {
    const begin = now();
    let end = begin;
    for (let i = 0; i < readings; i++) {
      end = now();
    }
    least = Math.min(least, Math.round(Number(end - begin) / readings));
  }
  return least;
}
