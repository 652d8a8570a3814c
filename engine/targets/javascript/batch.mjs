// Runs many programs and tells of each what it did, as plain values for JSON. Numbers of 64 bits and bytes are texts.

import { Machine } from "./machine.mjs";

const LOG_PAYLOADS = 2;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const hex = (pieces) =>
  pieces.map((piece) => Array.from(piece, (byte) => byte.toString(16).padStart(2, "0")).join("")).join("");

// `job`: wasm (base64), cells, seed (a text), until_tick, until_event.
export function observe(job) {
  const written = [];
  const machine = new Machine(new WebAssembly.Module(bytesOf(job.wasm)), job.cells, job.seed, LOG_PAYLOADS);
  const status = machine.run(job.until_tick, job.until_event, (piece) => written.push(piece));
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
export function observeAll(jobs) {
  return jobs.map((job) => {
    try {
      return observe(job);
    } catch (error) {
      return { error: String(error) };
    }
  });
}
