package main

type pingMessage struct{ by chan<- struct{} }

func pinger(mail chan struct{}, other chan<- pingMessage, n int, done chan<- int) {
	answers := 0
	for left := n; left > 0; left-- {
		other <- pingMessage{mail}
		<-mail
		answers++
	}
	close(other)
	done <- answers
}

func ponger(mail <-chan pingMessage) {
	for ping := range mail {
		ping.by <- struct{}{}
	}
}

func run() int {
	ping, pong, done := make(chan struct{}, 1), make(chan pingMessage, 1), make(chan int)
	go ponger(pong)
	go pinger(ping, pong, 40_000, done)
	return <-done
}
