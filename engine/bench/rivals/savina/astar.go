package main

const grid = 30

type expansion struct {
	place int
	near  []int
}

func moved(place, by int) int {
	return min(place+by, grid-1)
}

// neighbours are up to six nodes one step further in one or two directions; the node's number decides which.
func neighbours(place int) []int {
	i, j, k := place/(grid*grid), place/grid%grid, place%grid
	seed := random(place)
	seed.step()
	bits := seed.step() >> 40
	var found []int
ways:
	for way := 1; way < 7; way++ {
		if (way == 6 && len(found) == 0) || bits>>way&1 == 1 {
			other := (moved(i, way>>2)*grid+moved(j, way>>1&1))*grid + moved(k, way&1)
			if other == place {
				continue
			}
			for _, one := range found {
				if one == other {
					continue ways
				}
			}
			found = append(found, other)
		}
	}
	return found
}

func worker(mail <-chan int, master chan<- expansion, last chan<- random) {
	seed := random(0)
	for place := range mail {
		seed = random(place)
		for i := 0; i < 100; i++ {
			seed.step()
		}
		master <- expansion{place, neighbours(place)}
	}
	last <- seed
}

func master(workers int, done chan<- int) {
	mail, last := make(chan expansion, mailbox), make(chan random, workers)
	all := make([]chan int, workers)
	for i := range all {
		all[i] = make(chan int, mailbox)
		go worker(all[i], mail, last)
	}
	parents := make([]int, grid*grid*grid)
	for i := range parents {
		parents[i] = -1
	}
	parents[0] = 0
	all[0] <- 0
	sent, completed := 1, 0
	for completed < sent {
		message := <-mail
		completed++
		for _, other := range message.near {
			if parents[other] < 0 {
				parents[other] = message.place
				all[sent%workers] <- other
				sent++
			}
		}
	}
	for _, one := range all {
		close(one)
	}
	const axis = grid * 4 / 5
	step := (axis*grid+axis)*grid + axis
	for step > 0 {
		step = parents[step]
	}
	if step < 0 {
		panic("the target was not reached")
	}
	done <- completed
}

func run() int {
	done := make(chan int)
	go master(20, done)
	return <-done
}
