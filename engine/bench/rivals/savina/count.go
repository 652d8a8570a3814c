package main

// countMessage is an increment, or, with somebody to answer to, a question.
type countMessage struct{ asker chan<- int }

func counter(mail <-chan countMessage) {
	count := 0
	for message := range mail {
		if message.asker == nil {
			count++
		} else {
			message.asker <- count
		}
	}
}

func producer(mail chan int, counter chan<- countMessage, n int, done chan<- int) {
	for i := 0; i < n; i++ {
		counter <- countMessage{}
	}
	counter <- countMessage{mail}
	done <- <-mail
	close(counter)
}

func run() int {
	mail, done := make(chan countMessage, mailbox), make(chan int)
	go counter(mail)
	go producer(make(chan int, 1), mail, 1_000_000, done)
	return <-done
}
