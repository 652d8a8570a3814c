package main

const (
	ping = iota
	pong
	end
)

type bigMessage struct {
	kind int
	by   int
}

func big(id int, neighbours []chan bigMessage, n int, finished chan<- struct{}, report chan<- int) {
	seed := random(id)
	sent, pings, expected := 0, 0, -1
	for message := range neighbours[id] {
		switch message.kind {
		case ping:
			pings++
			neighbours[message.by] <- bigMessage{pong, id}
		case pong:
			if message.by != expected {
				panic("a pong from somebody else")
			}
			if sent == n {
				finished <- struct{}{}
				continue
			}
			sent++
			expected = int(seed.below(int64(len(neighbours))))
			neighbours[expected] <- bigMessage{ping, id}
		case end:
			report <- (id + 1) * pings
			return
		}
	}
}

func sink(neighbours []chan bigMessage, finished <-chan struct{}, report <-chan int, done chan<- int) {
	for range neighbours {
		<-finished
	}
	for _, one := range neighbours {
		one <- bigMessage{kind: end}
	}
	total := 0
	for range neighbours {
		total += <-report
	}
	done <- total
}

func run() int {
	const actors, n = 120, 20_000
	neighbours := make([]chan bigMessage, actors)
	for i := range neighbours {
		neighbours[i] = make(chan bigMessage, 2*actors)
	}
	finished, report, done := make(chan struct{}, actors), make(chan int, actors), make(chan int)
	go sink(neighbours, finished, report, done)
	for i := range neighbours {
		go big(i, neighbours, n, finished, report)
	}
	for _, one := range neighbours {
		one <- bigMessage{pong, -1}
	}
	return <-done
}
