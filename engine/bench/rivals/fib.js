function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
fib(30);
const start = process.hrtime.bigint();
const answer = fib(40);
console.log(`${answer} ${process.hrtime.bigint() - start}`);
