package main

func node(id int, mail <-chan int, next chan<- int, done chan<- int) {
	for left := range mail {
		if left == 0 {
			done <- id
		} else {
			next <- left - 1
		}
	}
}

func run() int {
	const actors, hops = 100, 100_000
	ring, done := make([]chan int, actors), make(chan int)
	for i := range ring {
		ring[i] = make(chan int, 1)
	}
	for i := range ring {
		go node(i, ring[i], ring[(i+1)%actors], done)
	}
	ring[0] <- hops
	last := <-done
	for i := range ring {
		close(ring[i])
	}
	return last
}
