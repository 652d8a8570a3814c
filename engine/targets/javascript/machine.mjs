// One running program in JavaScript: what engine/vm/machine.py does for wasmtime, for Node and browsers alike.
//
// The scheduler is inside the module. The host asks for a slice, recovers turns that fault, and reads what happened out
// of memory. `cells` are the kernel's variables by name, as [address, type], from the program's metadata.

const OUTCOMES = { 0: "finished", 1: "at limit", 2: "at limit", 4: "running" }; // the last waits for the outside
const DRAIN = 3;
const EVENT_BYTES = 40;
const MARK_BYTES = 24;
const FOREVER = 2n ** 63n - 1n;

export class Machine {
  // A run at its beginning. `logging` is how much is written down of every turn: 0 nothing, 1 events, 2 payloads too.
  // `prepare` gets the machine before the program starts.
  constructor(module, cells, seed, logging = 0, prepare = () => {}) {
    this.cells = cells;
    this.exports = new WebAssembly.Instance(module, {}).exports;
    prepare(this);
    this.exports.boot(BigInt.asIntN(64, BigInt(seed)));
    this.setCell("logging", logging);
  }

  get view() {
    return new DataView(this.exports.memory.buffer); // memory may have grown since the last time
  }

  // A variable of the kernel: a number, or a BigInt where it has 64 bits.
  cell(name) {
    const [address, type] = this.cells[name];
    return type === "i64" ? this.view.getBigInt64(address, true) : this.view.getInt32(address, true);
  }

  setCell(name, value) {
    this.view.setInt32(this.cells[name][0], value, true);
  }

  // Handles events up to the end of a tick (null for no such limit) and up to an event, which is not included. What
  // was written down goes to `written`.
  run(untilTick, untilEvent, written) {
    for (;;) {
      let outcome;
      try {
        outcome = this.exports.run(untilTick === null ? FOREVER : BigInt(untilTick), BigInt(untilEvent));
      } catch (trap) {
        if (!(trap instanceof WebAssembly.RuntimeError) || this.cell("fault_kind") === 0) {
          throw new Error(`the engine stopped at event ${this.cell("events")}: ${trap}`);
        }
        this.exports.recover();
        continue;
      }
      this.drain(written);
      if (outcome !== DRAIN) return OUTCOMES[outcome];
    }
  }

  drain(written) {
    written({
      events: this.buffer("log_address", this.cell("log_used")),
      payloads: this.buffer("log_payload_address", this.cell("log_payload_used")),
      outputs: this.buffer("output_address", this.cell("output_used")),
      marks: this.buffer("mark_address", this.cell("mark_count") * MARK_BYTES),
    });
    for (const name of ["log_used", "log_payload_used", "output_used", "mark_count"]) this.setCell(name, 0);
  }

  buffer(cell, length) {
    return new Uint8Array(this.exports.memory.buffer, this.cell(cell), length).slice();
  }

  get executionHash() {
    return BigInt.asUintN(64, this.exports.execution_hash());
  }

  // A hash over all actors' states.
  digest() {
    return BigInt.asUintN(64, this.exports.digest());
  }
}
