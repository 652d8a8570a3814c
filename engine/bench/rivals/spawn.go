package main

import (
	"fmt"
	"time"
)

func tree(parent chan<- int64, first, size int64) {
	if size == 1 {
		parent <- first
		return
	}
	answers := make(chan int64, 10)
	for i := int64(0); i < 10; i++ {
		go tree(answers, first+i*(size/10), size/10)
	}
	var sum int64
	for i := 0; i < 10; i++ {
		sum += <-answers
	}
	parent <- sum
}

func skynet() (int64, time.Duration) {
	start := time.Now()
	answer := make(chan int64)
	go tree(answer, 0, 1000000)
	sum := <-answer
	return sum, time.Since(start)
}

func main() {
	skynet()
	sum, took := skynet()
	fmt.Println(sum, took.Nanoseconds())
}
