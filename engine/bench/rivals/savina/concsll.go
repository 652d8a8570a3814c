package main

const (
	contains = iota
	insert
	size
	checksum
)

type listMessage struct {
	kind int
	x    int
	by   chan<- int
}

type listNode struct {
	value int
	next  *listNode
}

func sortedList(mail <-chan listMessage) {
	head := &listNode{value: -1}
	for message := range mail {
		switch message.kind {
		case insert:
			before := head
			for before.next != nil && before.next.value <= message.x {
				before = before.next
			}
			before.next = &listNode{message.x, before.next}
			message.by <- message.x
		case contains:
			place := head.next
			for place != nil && place.value != message.x {
				place = place.next
			}
			if place != nil {
				message.by <- 1
			} else {
				message.by <- 0
			}
		case size:
			count := 0
			for place := head.next; place != nil; place = place.next {
				count++
			}
			message.by <- count
		case checksum:
			total, count := 0, 0
			for place := head.next; place != nil; place = place.next {
				count++
				total += count * place.value
			}
			message.by <- total
		}
	}
}

func worker(id, messages int, sorted chan<- listMessage, finished chan<- struct{}) {
	seed := random(id)
	answer := make(chan int, 1)
	for i := 0; i < messages; i++ {
		percent := seed.below(100)
		x := int(seed.below(100_000))
		switch {
		case percent < 1:
			sorted <- listMessage{kind: size, by: answer}
		case percent < 11:
			sorted <- listMessage{insert, x, answer}
		default:
			sorted <- listMessage{contains, x, answer}
		}
		<-answer
	}
	finished <- struct{}{}
}

func run() int {
	const workers, messages = 20, 2_000
	mail, finished := make(chan listMessage, workers), make(chan struct{}, workers)
	go sortedList(mail)
	for i := 0; i < workers; i++ {
		go worker(i, messages, mail, finished)
	}
	for i := 0; i < workers; i++ {
		<-finished
	}
	answer := make(chan int, 1)
	mail <- listMessage{kind: checksum, by: answer}
	close(mail)
	return <-answer
}
