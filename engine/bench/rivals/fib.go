package main

import (
	"fmt"
	"time"
)

func fib(n int64) int64 {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	start := time.Now()
	answer := fib(40)
	fmt.Println(answer, time.Since(start).Nanoseconds())
}
