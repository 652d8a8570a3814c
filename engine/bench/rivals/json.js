// A document of JSON, read again and again: to a value, and with every field of its records. Prints what the records
// add up to and the median time.
const fs = require("fs");
const [, , path, work] = process.argv;
const text = fs.readFileSync(path, "utf8");

function look(orders) {
  let ids = 0, cents = 0, letters = 0, active = 0, distance = 0;
  for (const order of orders) {
    ids += order.id;
    letters += order.customer.length + (order.note ?? "").length + order.placed.length;
    if (order.active) active++;
    distance += order.place.x + order.place.y;
    letters += order.place.city.length;
    for (const line of order.lines) {
      letters += line.sku.length;
      cents += line.cents * line.count;
    }
  }
  return `${ids},${cents},${letters},${active},${Math.floor(distance)}`;
}

const times = [];
let answer = "";
for (let round = 0; round < 8; round++) {
  const start = process.hrtime.bigint();
  const orders = JSON.parse(text);
  answer = work === "look" ? look(orders) : String(orders.length);
  const nanoseconds = Number(process.hrtime.bigint() - start);
  if (round >= 3) times.push(nanoseconds);
}
times.sort((a, b) => a - b);
console.log(answer, times[times.length >> 1]);
