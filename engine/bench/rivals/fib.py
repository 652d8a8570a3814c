"""fib(30): 1/122.99 of the calls of fib(40), to which its time is scaled by the caller."""

import time


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


start = time.perf_counter_ns()
answer = fib(30)
print(answer, time.perf_counter_ns() - start)
