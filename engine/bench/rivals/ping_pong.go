package main

import (
	"fmt"
	"time"
)

type ball struct {
	back chan ball
	left int
}

func player(in chan ball, done chan<- bool) {
	for b := range in {
		if b.left == 0 {
			done <- true
			return
		}
		b.back <- ball{in, b.left - 1}
	}
}

func game() time.Duration {
	ping, pong, done := make(chan ball, 1), make(chan ball, 1), make(chan bool)
	go player(ping, done)
	go player(pong, done)
	start := time.Now()
	ping <- ball{pong, 1000000}
	<-done
	return time.Since(start)
}

func main() {
	game()
	fmt.Println("done", game().Nanoseconds())
}
