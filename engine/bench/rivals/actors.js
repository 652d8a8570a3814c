// Actors the way a Node program has them: objects with a mailbox, woken through the microtask queue.
class Actor {
  constructor(receive) { this.receive = receive; this.mail = []; this.awake = false; }
  send(message) {
    this.mail.push(message);
    if (!this.awake) {
      this.awake = true;
      queueMicrotask(() => {
        this.awake = false;
        const mail = this.mail;
        this.mail = [];
        for (const item of mail) this.receive(item);
      });
    }
  }
}

let start, rounds = 0;

// Everything runs twice, the second time is counted: the first warms the compiler up.
function done(answer) {
  if (++rounds === 2) console.log(`${answer} ${process.hrtime.bigint() - start}`);
  else run();
}

function run() {
  start = process.hrtime.bigint();
  if (process.argv[2] === "thread_ring") {
    const nodes = [];
    for (let i = 0; i < 100; i++) {
      nodes.push(new Actor((left) => (left === 0 ? done("done") : nodes[(i + 1) % 100].send(left - 1))));
    }
    nodes[0].send(1000000);
  } else if (process.argv[2] === "ping_pong") {
    const player = () => {
      const self = new Actor(({ other, left }) => (left === 0 ? done("done") : other.send({ other: self, left: left - 1 })));
      return self;
    };
    player().send({ other: player(), left: 1000000 });
  } else {
    const tree = (parent, first, size) => {
      let sum = 0, answers = 0;
      const answer = (n) => (parent ? parent.send({ add: n }) : done(n));
      const self = new Actor((message) => {
        if (message.add === undefined) {
          if (size === 1) return answer(first);
          for (let i = 0; i < 10; i++) tree(self, first + i * (size / 10), size / 10).send({});
        } else {
          sum += message.add;
          if (++answers === 10) answer(sum);
        }
      });
      return self;
    };
    tree(null, 0, 1000000).send({});
  }
}

run();
