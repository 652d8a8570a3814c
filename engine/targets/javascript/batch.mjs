// Runs many programs and tells of each what it did, as plain values for JSON. Numbers of 64 bits and bytes are texts.

import { Machine } from "./machine.mjs";

const LOG_PAYLOADS = 2;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const hex = (pieces) =>
  pieces.map((piece) => Array.from(piece, (byte) => byte.toString(16).padStart(2, "0")).join("")).join("");

// `job`: wasm (base64), cells, seed (a text), until_tick, until_event. With `litter`, the address of a script that has
// `prepare` and `between`, that script gets the machine at the beginning, and after every few events.
export async function observe(job) {
  const written = [];
  const module = new WebAssembly.Module(bytesOf(job.wasm));
  const litter = job.litter ? await import(job.litter) : null;
  const machine = new Machine(module, job.cells, job.seed, LOG_PAYLOADS, litter?.prepare);
  const last = BigInt(job.until_event);
  let until, status;
  do {
    until = litter ? machine.cell("events") + BigInt(litter.EVENTS_BETWEEN) : last;
    if (until > last) until = last;
    status = machine.run(job.until_tick, until, (piece) => written.push(piece));
    litter?.between(machine);
  } while (status === "at limit" && machine.cell("events") >= until && until < last);
  return {
    status,
    tick: String(machine.cell("tick")),
    handled: String(machine.cell("events")),
    execution_hash: String(machine.executionHash),
    digest: String(machine.digest()),
    events: hex(written.map((piece) => piece.events)),
    payloads: hex(written.map((piece) => piece.payloads)),
    outputs: hex(written.map((piece) => piece.outputs)),
  };
}

// What each of the jobs did, by position; a job that the engine could not run has an `error`.
export async function observeAll(jobs) {
  const found = [];
  for (const job of jobs) {
    try {
      found.push(await observe(job));
    } catch (error) {
      found.push({ error: String(error) });
    }
  }
  return found;
}
