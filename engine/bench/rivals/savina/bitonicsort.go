package main

const (
	n     = 4_096
	depth = 16 // capacity of a mailbox
)

type number struct {
	branch int
	x      int64
}

func stage() chan number { return make(chan number, depth) }

func forward(mail <-chan number, branch int, next chan<- number) {
	for message := range mail {
		next <- number{branch, message.x}
	}
	close(next)
}

func split(mail <-chan number, run int, branches []chan number) {
	count, place := 0, 0
	for message := range mail {
		branches[place] <- number{0, message.x}
		count++
		if count == run {
			count = 0
			place = (place + 1) % len(branches)
		}
	}
	for _, branch := range branches {
		close(branch)
	}
}

// compare, like forward to a join, leaves its next actor open, for it has others before it too.
func compare(mail <-chan number, branch int, up bool, next chan<- number) {
	for first := range mail {
		second := <-mail
		low, high := min(first.x, second.x), max(first.x, second.x)
		if !up {
			low, high = high, low
		}
		next <- number{branch, low}
		next <- number{branch, high}
	}
}

func forwardToJoin(mail <-chan number, branch int, next chan<- number) {
	for message := range mail {
		next <- number{branch, message.x}
	}
}

func join(mail <-chan number, run, branches int, next chan<- number) {
	waiting := make([][]int64, branches)
	count, place := 0, 0
	for received := 0; ; {
		message, ok := <-mail
		if !ok {
			break
		}
		received++
		waiting[message.branch] = append(waiting[message.branch], message.x)
		for len(waiting[place]) > 0 {
			next <- number{0, waiting[place][0]}
			waiting[place] = waiting[place][1:]
			count++
			if count == run {
				count = 0
				place = (place + 1) % branches
			}
		}
		if received == totals(run, branches) {
			break
		}
	}
	close(next)
}

// totals is how many numbers a join gets: all of them, or, inside a branch, one run of it.
func totals(run, branches int) int {
	if run == 1 {
		return 2 * branches
	}
	return n
}

func check(mail <-chan number, done chan<- int64) {
	last, total := int64(-1), int64(0)
	for i := int64(1); i <= n; i++ {
		message := <-mail
		if message.x < last {
			panic("not sorted")
		}
		last = message.x
		total += i * last
	}
	done <- total
}

func step(length, steps, size int, following chan number) chan number {
	joined, out := stage(), stage()
	go forward(out, 0, following)
	go join(joined, length, n/length, out)
	branches := make([]chan number, n/length)
	for i := range branches {
		up := size == n || i/steps%2 == 0
		branches[i] = stage()
		if length == 2 {
			go compare(branches[i], i, up, joined)
			continue
		}
		inner, ready := stage(), stage()
		go forwardToJoin(ready, i, joined)
		go join(inner, 1, length/2, ready)
		compares := make([]chan number, length/2)
		for j := range compares {
			compares[j] = stage()
			go compare(compares[j], j, up, inner)
		}
		go split(branches[i], 1, compares)
	}
	mail := stage()
	go split(mail, length, branches)
	return mail
}

func run() int64 {
	done := make(chan int64)
	following := stage()
	go check(following, done)
	for size := n; size >= 2; size /= 2 {
		for steps := size / 2; steps >= 1; steps /= 2 {
			following = step(size/steps, steps, size, following)
		}
	}
	seed := random(2_048)
	for i := 0; i < n; i++ {
		following <- number{0, seed.step() >> 3 & (1<<60 - 1)}
	}
	close(following)
	return <-done
}
