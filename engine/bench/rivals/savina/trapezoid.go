package main

import "math"

func height(x float64) float64 {
	a := math.Sin(x*x*x - 1)
	return a / (x + 1) * math.Sqrt(1+math.Exp(math.Sqrt(2*x)))
}

type piece struct {
	left  float64
	count int
	width float64
}

func worker(mail <-chan piece, master chan<- float64) {
	work := <-mail
	total := 0.0
	for i := 0; i < work.count; i++ {
		x := work.left + float64(i)*work.width
		total += 0.5 * work.width * (height(x) + height(x+work.width))
	}
	master <- total
}

func run() float64 {
	const pieces, workers, left, right = 1_000_000, 100, 1.0, 5.0
	width := (right - left) / float64(pieces)
	master := make(chan float64, workers)
	for i := 0; i < workers; i++ {
		mail := make(chan piece, 1)
		go worker(mail, master)
		mail <- piece{left + float64(i*(pieces/workers))*width, pieces / workers, width}
	}
	total := 0.0
	for i := 0; i < workers; i++ {
		total += <-master
	}
	return total
}
