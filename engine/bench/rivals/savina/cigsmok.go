package main

func smoker(mail <-chan int64, arbiter chan<- struct{}, report chan<- int64) {
	smoked := int64(0)
	for period := range mail {
		arbiter <- struct{}{}
		seed := random(period)
		for i := int64(0); i < period; i++ {
			smoked += seed.step() >> 33 & 1
		}
	}
	report <- smoked
}

func arbiter(rounds, count int, done chan<- int64) {
	mail, report := make(chan struct{}, count), make(chan int64, count)
	smokers := make([]chan int64, count)
	for i := range smokers {
		smokers[i] = make(chan int64, 16)
		go smoker(smokers[i], mail, report)
	}
	seed := random(rounds)
	for i := 0; i < rounds; i++ {
		chosen := seed.below(int64(count))
		smokers[chosen] <- seed.below(1000) + 10
		<-mail
	}
	for _, one := range smokers {
		close(one)
	}
	total := int64(0)
	for range smokers {
		total += <-report
	}
	done <- total
}

func run() int64 {
	done := make(chan int64)
	go arbiter(20_000, 200, done)
	return <-done
}
