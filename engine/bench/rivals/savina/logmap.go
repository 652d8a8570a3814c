package main

type computeMessage struct {
	term float64
	by   chan<- float64
}

func computer(mail <-chan computeMessage, rate float64) {
	for message := range mail {
		message.by <- rate * message.term * (1 - message.term)
	}
}

// worker computes a term for every message; when there are no more, it tells the last one.
func worker(mail <-chan struct{}, computer chan<- computeMessage, term float64, master chan<- float64) {
	answer := make(chan float64, 1)
	for range mail {
		computer <- computeMessage{term, answer}
		term = <-answer
	}
	close(computer)
	master <- term
}

func run() float64 {
	const terms, series = 25_000, 10
	results := make(chan float64, series)
	workers := make([]chan struct{}, series)
	for i := range workers {
		mail := make(chan computeMessage, 1)
		go computer(mail, 3.46+float64(i)*0.0025)
		workers[i] = make(chan struct{}, mailbox)
		go worker(workers[i], mail, float64(i)*0.0025, results)
	}
	for i := 0; i < terms; i++ {
		for _, one := range workers {
			one <- struct{}{}
		}
	}
	for _, one := range workers {
		close(one)
	}
	total := 0.0
	for range workers {
		total += <-results
	}
	return total
}
