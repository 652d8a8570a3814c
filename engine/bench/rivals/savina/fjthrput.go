package main

import "math"

func worker(mail <-chan struct{}, n int, sink chan<- float64) {
	total := 0.0
	for i := 0; i < n; i++ {
		<-mail
		s := math.Sin(37.2)
		total += s * s
	}
	sink <- total
}

func run() float64 {
	const n, actors = 10_000, 60
	sink := make(chan float64, actors)
	workers := make([]chan struct{}, actors)
	for i := range workers {
		workers[i] = make(chan struct{}, mailbox)
		go worker(workers[i], n, sink)
	}
	for i := 0; i < n; i++ {
		for _, worker := range workers {
			worker <- struct{}{}
		}
	}
	total := 0.0
	for range workers {
		total += <-sink
	}
	return total
}
