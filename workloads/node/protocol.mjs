// The program's end of the conversation with taskweight: docs/protocol.md.

import { readFileSync, readdirSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

const SCENARIOS = ["switch", "switch-io", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog"];
const OPTIONS = ["--tasks", "--operations", "--workers", "--socket", "--depth"];

/** The command line. `offered` lists the scenarios of the model, `missing` says why the others are not there. */
export function parseArguments(model, offered, missing) {
  const [scenario, ...rest] = process.argv.slice(2);
  if (!SCENARIOS.includes(scenario)) {
    refuse(`unknown scenario ${scenario ?? "(none)"}`);
  }
  if (!offered.includes(scenario)) {
    refuse(`${model} does not offer scenario ${scenario}: ${missing[scenario]}`);
  }
  const options = parseOptions(rest);
  const tasks = parseNumber(options, "--tasks", scenario === "switch" ? 2 : 1);
  const operations = parseNumber(options, "--operations", 1);
  if ((options.get("--workers") ?? "1") !== "1") {
    refuse(`${model} has one thread: --workers 1`);
  }
  const socket = options.get("--socket");
  if ((scenario === "echo") !== (socket !== undefined)) {
    refuse("--socket PATH belongs to echo, and echo needs it");
  }
  const depth = scenario === "deep" ? parseNumber(options, "--depth", 1) : 0;
  const hold = options.has("--hold");
  if (scenario !== "deep" && (hold || options.has("--depth"))) {
    refuse("--depth BYTES and --hold belong to deep");
  }
  return { scenario, tasks, operations, socket, depth, hold };
}

function parseOptions(rest) {
  const options = new Map();
  const words = rest.values();
  for (const option of words) {
    const value = option === "--hold" ? "" : words.next().value;
    if (value === undefined || !(option === "--hold" || OPTIONS.includes(option))) {
      refuse(`unexpected argument ${option}`);
    }
    options.set(option, value);
  }
  return options;
}

/** Operations are counted in numbers of JavaScript, which are exact up to 2^53 - 1. */
function parseNumber(options, name, least) {
  const number = Number(options.get(name));
  if (!Number.isSafeInteger(number) || number < least) {
    refuse(`${name} is needed, a number from ${least} to ${Number.MAX_SAFE_INTEGER}`);
  }
  return number;
}

function refuse(message) {
  writeSync(2, `error: ${message}\n`);
  process.exit(2);
}

/** Ends the program, which cannot go on. */
export function fail(message) {
  writeSync(2, `error: ${message}\n`);
  process.exit(1);
}

/**
 * The conversation. The end of stdin is noticed by the event loop: a task that keeps the thread for long has to let it
 * run now and then (see Breather).
 */
export class Protocol {
  #lines = [];
  #awaited = undefined;

  constructor() {
    process.on("uncaughtException", (error) => fail(error.stack.replaceAll("\n", ",")));
    const input = createInterface({ input: process.stdin });
    input.on("line", (line) => {
      this.#lines.push(line);
      this.#answer();
    });
    input.on("close", () => {
      if (!this.#lines.includes("exit")) {
        fail("stdin is closed");
      }
    });
  }

  /** Says that all tasks are parked, once every other thread is asleep, and waits for `go`. */
  async ready(tasks, more) {
    await untilOthersSleep();
    const runtime = `Node.js ${process.version}`;
    await this.#say({ event: "ready", tasks, runtime, ...more }, "go");
  }

  /** Says what was done, waits for `exit`, and ends the process without tearing the tasks down. */
  async done(outcome) {
    await this.#say({ event: "done", ...outcome }, "exit");
    process.exit(0);
  }

  async #say(event, reply) {
    writeSync(1, `${JSON.stringify(event)}\n`);
    const line = await new Promise((resolve) => {
      this.#awaited = resolve;
      this.#answer();
    });
    if (line !== reply) {
      fail(`protocol: expected the line "${reply}" on stdin, read "${line}"`);
    }
  }

  #answer() {
    if (this.#awaited && this.#lines.length > 0) {
      this.#awaited(this.#lines.shift());
      this.#awaited = undefined;
    }
  }
}

/** Waits until every thread but this one is in an interruptible sleep: the compiler and the collector have finished. */
async function untilOthersSleep() {
  for (const thread of readdirSync("/proc/self/task")) {
    while (Number(thread) !== process.pid && !isAsleep(thread)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** Whether the thread sleeps. One that has ended does. */
function isAsleep(thread) {
  try {
    // The state follows the name, which is in parentheses and may contain some.
    return /.*\) S/s.test(readFileSync(`/proc/self/task/${thread}/stat`, "latin1"));
  } catch {
    return true;
  }
}
