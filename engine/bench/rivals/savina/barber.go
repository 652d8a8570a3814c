package main

const (
	full = iota
	wait
	begin
	cut
)

type customer chan int

type shopMessage struct {
	returned customer // nil where a haircut is done
}

type roomMessage struct {
	customer customer // nil where the barber asks for the next one
}

const busyMax = 1000

func busy(seed *random) {
	for times := seed.below(busyMax) + 10; times > 0; times-- {
		seed.step()
	}
}

func waitingRoom(mail chan roomMessage, barber chan<- customer, chairs int) {
	var waiting []customer
	sleeps := true
	for message := range mail {
		switch {
		case message.customer == nil && len(waiting) > 0:
			barber <- waiting[0]
			waiting = waiting[1:]
		case message.customer == nil:
			sleeps = true
		case len(waiting) == chairs:
			message.customer <- full
		default:
			waiting = append(waiting, message.customer)
			if sleeps {
				sleeps = false
				mail <- roomMessage{}
			} else {
				message.customer <- wait
			}
		}
	}
	close(barber)
}

func barber(mail <-chan customer, room chan<- roomMessage, last chan<- random) {
	seed := random(1)
	for who := range mail {
		who <- begin
		busy(&seed)
		who <- cut
		room <- roomMessage{}
	}
	last <- seed
}

func patron(mail customer, shop chan<- shopMessage) {
	for what := range mail {
		switch what {
		case full:
			shop <- shopMessage{mail}
		case cut:
			shop <- shopMessage{}
			return
		}
	}
}

func factory(mail chan shopMessage, room chan<- roomMessage, haircuts int, done chan<- int) {
	seed := random(2)
	for i := 0; i < haircuts; i++ {
		who := make(customer, 4)
		go patron(who, mail)
		room <- roomMessage{who}
		busy(&seed)
	}
	for count := 0; count < haircuts; {
		message := <-mail
		if message.returned != nil {
			room <- roomMessage{message.returned}
		} else {
			count++
		}
	}
	done <- haircuts
}

func run() int {
	const haircuts, chairs = 5_000, 1_000
	room := make(chan roomMessage, haircuts+2)
	bench := make(chan customer, 1)
	shop := make(chan shopMessage, haircuts)
	done, last := make(chan int), make(chan random, 1)
	go barber(bench, room, last)
	go waitingRoom(room, bench, chairs)
	go factory(shop, room, haircuts, done)
	return <-done
}
