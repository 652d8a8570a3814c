package main

func numbers(first chan<- int, n int) {
	for candidate := 3; candidate < n; candidate += 2 {
		first <- candidate
	}
	close(first)
}

func filter(mail <-chan int, first, size int, done chan<- int, before int) {
	primes := append(make([]int, 0, size), first)
	var next chan int
	total := before + first
candidates:
	for x := range mail {
		for _, prime := range primes {
			if x%prime == 0 {
				continue candidates
			}
		}
		switch {
		case len(primes) < size:
			primes = append(primes, x)
			total += x
		case next == nil:
			next = make(chan int, mailbox)
			go filter(next, x, size, done, total)
		default:
			next <- x
		}
	}
	if next == nil {
		done <- total
	} else {
		close(next)
	}
}

func run() int {
	mail, done := make(chan int, mailbox), make(chan int)
	go filter(mail, 2, 1_000, done, 0)
	go numbers(mail, 100_000)
	return <-done
}
