package main

const (
	meet = iota
	met
	change
	fade
)

const faded = 3

// meeting is what the mall and the creatures say to each other.
type meeting struct {
	kind   int
	colour int
	times  int
	who    chan<- meeting
}

func complement(mine, theirs int) int {
	if mine == theirs {
		return mine
	}
	return 3 - mine - theirs
}

func mall(mail <-chan meeting, left, creatures int, done chan<- int) {
	var waiting chan<- meeting
	total := 0
	for creatures > 0 {
		message := <-mail
		switch {
		case message.kind == met:
			total += message.times
			creatures--
		case left == 0:
			message.who <- meeting{kind: fade}
		case waiting == nil:
			waiting = message.who
		default:
			left--
			waiting <- message
			waiting = nil
		}
	}
	done <- total
}

func creature(mail chan meeting, mall chan<- meeting, colour int) {
	meetings := 0
	mall <- meeting{kind: meet, colour: colour, who: mail}
	for message := range mail {
		switch message.kind {
		case meet:
			colour = complement(colour, message.colour)
			meetings++
			message.who <- meeting{kind: change, colour: colour}
			mall <- meeting{kind: meet, colour: colour, who: mail}
		case change:
			colour = message.colour
			meetings++
			mall <- meeting{kind: meet, colour: colour, who: mail}
		case fade:
			colour = faded
			mall <- meeting{kind: met, times: meetings}
			return
		}
	}
}

func run() int {
	const creatures, meetings = 100, 200_000
	mail, done := make(chan meeting, creatures), make(chan int)
	go mall(mail, meetings, creatures, done)
	for i := 0; i < creatures; i++ {
		go creature(make(chan meeting, 2), mail, i%3)
	}
	return <-done
}
