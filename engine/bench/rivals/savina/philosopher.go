package main

const (
	hungry = iota
	finished
	leave
)

type forkMessage struct {
	kind  int
	id    int
	meals int
	eat   chan<- bool // true to eat, false where a fork is taken
}

func philosopher(id, rounds int, arbitrator chan<- forkMessage) {
	mail := make(chan bool, 1)
	meals := 0
	for meals < rounds {
		arbitrator <- forkMessage{kind: hungry, id: id, eat: mail}
		if <-mail {
			meals++
			arbitrator <- forkMessage{kind: finished, id: id}
		}
	}
	arbitrator <- forkMessage{kind: leave, meals: meals}
}

func arbitrator(mail <-chan forkMessage, n int, done chan<- int) {
	taken := make([]bool, n)
	meals := 0
	for left := n; left > 0; {
		message := <-mail
		right := (message.id + 1) % n
		switch message.kind {
		case hungry:
			if taken[message.id] || taken[right] {
				message.eat <- false
			} else {
				taken[message.id], taken[right] = true, true
				message.eat <- true
			}
		case finished:
			taken[message.id], taken[right] = false, false
		case leave:
			meals += message.meals
			left--
		}
	}
	done <- meals
}

func run() int {
	const n, rounds = 20, 10_000
	mail, done := make(chan forkMessage, 2*n), make(chan int)
	go arbitrator(mail, n, done)
	for i := 0; i < n; i++ {
		go philosopher(i, rounds, mail)
	}
	return <-done
}
