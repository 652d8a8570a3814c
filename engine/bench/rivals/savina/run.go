// What all benchmarks share: the second of two runs is timed, and random numbers are those of the other side.
package main

import (
	"fmt"
	"runtime"
	"time"
)

// mailbox is the capacity of a mailbox that many messages may wait in.
const mailbox = 1024

// random is a linear congruential generator modulo 2^64.
type random int64

func (r *random) step() int64 {
	*r = *r*6364136223846793005 + 1442695040888963407
	return int64(*r)
}

// below gives a number from 0 up to, not including, n.
func (r *random) below(n int64) int64 {
	return (r.step() >> 33 & 0x7fffffff) % n
}

func main() {
	run()
	runtime.GC()
	start := time.Now()
	answer := run()
	fmt.Println(answer, time.Since(start).Nanoseconds())
}
