package main

import "math"

func worker(mail <-chan struct{}, sink chan<- float64) {
	<-mail
	s := math.Sin(37.2)
	sink <- s * s
}

func adder(mail <-chan float64, n int, done chan<- float64) {
	total := 0.0
	for i := 0; i < n; i++ {
		total += <-mail
	}
	done <- total
}

func run() float64 {
	const n = 40_000
	sink, done := make(chan float64, mailbox), make(chan float64)
	go adder(sink, n, done)
	for i := 0; i < n; i++ {
		mail := make(chan struct{}, 1)
		go worker(mail, sink)
		mail <- struct{}{}
	}
	return <-done
}
