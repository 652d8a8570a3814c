#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t fib(int64_t n) {
    if (n < 2) return n;
    return fib(n - 1) + fib(n - 2);
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 40;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    int64_t answer = fib(n);
    clock_gettime(CLOCK_MONOTONIC, &to);
    int64_t nanoseconds = (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec);
    printf("%" PRId64 " %" PRId64 "\n", answer, nanoseconds);
    return 0;
}
