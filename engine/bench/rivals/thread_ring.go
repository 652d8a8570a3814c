package main

import (
	"fmt"
	"time"
)

func node(in <-chan int, out chan<- int, done chan<- bool) {
	for left := range in {
		if left == 0 {
			done <- true
			return
		}
		out <- left - 1
	}
}

func ring() time.Duration {
	const actors = 100
	channels := make([]chan int, actors)
	for i := range channels {
		channels[i] = make(chan int, 1)
	}
	done := make(chan bool)
	for i := range channels {
		go node(channels[i], channels[(i+1)%actors], done)
	}
	start := time.Now()
	channels[0] <- 1000000
	<-done
	return time.Since(start)
}

func main() {
	ring()
	fmt.Println("done", ring().Nanoseconds())
}
