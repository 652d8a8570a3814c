package main

const (
	read = iota
	write
	sum
)

type dictMessage struct {
	kind  int
	key   int
	value int
	by    chan<- int
}

func dictionary(mail <-chan dictMessage, entries int) {
	values := make(map[int]int)
	total := 0
	for key := 0; key < entries; key++ {
		values[key] = key
		total += key
	}
	for message := range mail {
		switch message.kind {
		case write:
			total += message.value - values[message.key]
			values[message.key] = message.value
			message.by <- message.value
		case read:
			message.by <- values[message.key]
		case sum:
			message.by <- total
		}
	}
}

func worker(id, messages int, entries int64, dictionary chan<- dictMessage, finished chan<- struct{}) {
	seed := random(id)
	answer := make(chan int, 1)
	for i := 0; i < messages; i++ {
		percent := seed.below(100)
		key := int(seed.below(entries))
		if percent < 10 {
			dictionary <- dictMessage{write, key, key * 3, answer}
		} else {
			dictionary <- dictMessage{kind: read, key: key, by: answer}
		}
		<-answer
	}
	finished <- struct{}{}
}

func run() int {
	const entries, workers, messages = 524_287, 20, 10_000
	mail, finished := make(chan dictMessage, workers), make(chan struct{}, workers)
	go dictionary(mail, entries)
	for i := 0; i < workers; i++ {
		go worker(i, messages, entries, mail, finished)
	}
	for i := 0; i < workers; i++ {
		<-finished
	}
	answer := make(chan int, 1)
	mail <- dictMessage{kind: sum, by: answer}
	close(mail)
	return <-answer
}
