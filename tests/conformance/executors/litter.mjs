// Memory of which nothing is promised, full of random bytes: what tests/conformance/litter.py does, in JavaScript.

export const EVENTS_BETWEEN = 3;

const SPARE_PAGES = 16;
const SIZE_CLASSES = 23;
const BLOCK = Uint8Array.from({ length: 1 << 16 }, random(20));

// A generator of bytes, the same every time (xorshift).
function random(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
}

function fill(machine, start, end) {
  const memory = new Uint8Array(machine.exports.memory.buffer);
  for (let place = start; place < end; place += BLOCK.length) {
    memory.set(BLOCK.subarray(0, Math.min(BLOCK.length, end - place)), place);
  }
}

// Before a run: all memory behind the static data.
export function prepare(machine) {
  machine.exports.memory.grow(SPARE_PAGES);
  fill(machine, machine.cell("static_end"), machine.exports.memory.buffer.byteLength);
}

// Between two turns, when the host has emptied its buffers: those, the arena, the free places of the heap, and all that
// lies behind it.
export function between(machine) {
  const cell = (name) => machine.cell(name);
  const word = (address) => machine.view.getUint32(address, true);
  fill(machine, (cell("static_end") + 15) & -16, cell("heap_base"));
  fill(machine, cell("heap_end"), machine.exports.memory.buffer.byteLength);
  fill(machine, cell("arena_start"), cell("arena_end"));
  fill(machine, cell("build_next"), cell("build_end"));
  fill(machine, cell("text_buffer"), cell("text_end"));
  fill(machine, cell("small_next"), cell("small_end"));
  for (let number = 0; number < SIZE_CLASSES; number++) {
    for (let place = word(cell("free_lists") + 4 * number); place; place = word(place)) {
      fill(machine, place + 4, place + classSize(number));
    }
  }
  for (let place = cell("free_spans"); place; place = word(place)) fill(machine, place + 8, place + word(place + 4));
}

// How large the places of a free list are.
function classSize(number) {
  if (number === 0) return 16;
  const power = (number + 7) >> 1;
  return number & 1 ? 3 << (power - 1) : 1 << (power + 1);
}
