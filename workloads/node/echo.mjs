// The scenario `echo`: every connection is read by an async function of its own.

import { createServer } from "node:net";

import { fail } from "./protocol.mjs";
import { withResolver } from "./run.mjs";

const REQUEST_BYTES = 64;

/** Accepts the connections. Their tasks do not wait at the gate but in reading, as those of servers do. */
export async function accept(run, path) {
  const [allAccepted, accepted] = withResolver();
  const state = { connected: 0, answered: 0 };
  const server = createServer((connection) => {
    serve(run, state, state.connected, connection);
    state.connected += 1;
    if (state.connected === run.tasks) {
      server.close();
      accepted();
    }
  });
  server.on("error", (error) => fail(`listen on ${path}: ${error.message}`));
  server.listen({ path, backlog: run.tasks });
  await allAccepted;
}

/** Answers the requests of a connection until the other side closes it. */
async function serve(run, state, index, connection) {
  try {
    let rest = Buffer.alloc(0);
    for await (const part of connection) {
      rest = rest.length > 0 ? Buffer.concat([rest, part]) : part;
      while (rest.length >= REQUEST_BYTES) {
        connection.write(rest.subarray(0, REQUEST_BYTES));
        rest = rest.subarray(REQUEST_BYTES);
        run.counters[index] += 1;
        state.answered += 1;
        if (state.answered === run.operations) {
          run.finish(state.answered);
        }
      }
    }
  } catch {
    // The other side has closed the connection while it was being answered.
  }
  state.connected -= 1;
  if (state.connected === 0 && state.answered < run.operations) {
    fail("the other side closed all connections before the last request");
  }
}
