package main

type accountMessage struct {
	amount    int
	recipient chan<- accountMessage // of an order to give; nil where something is received
	answer    chan<- struct{}
}

func account(id, balance int, mail <-chan accountMessage, report chan<- int) {
	received := make(chan struct{}, 1)
	for message := range mail {
		if message.recipient == nil {
			balance += message.amount
		} else {
			balance -= message.amount
			message.recipient <- accountMessage{amount: message.amount, answer: received}
			<-received
		}
		message.answer <- struct{}{}
	}
	report <- (id + 1) * balance
}

func teller(accounts []chan accountMessage, transfers int, report <-chan int, done chan<- int) {
	answers := make(chan struct{}, transfers)
	seed := random(123456)
	count := int64(len(accounts))
	for i := 0; i < transfers; i++ {
		// From a lower account to a higher one, so that no two wait for each other.
		giver := seed.below(count / 10 * 8)
		taker := giver + max(1, seed.below(count-giver))
		accounts[giver] <- accountMessage{int(seed.below(1000)), accounts[taker], answers}
	}
	for i := 0; i < transfers; i++ {
		<-answers
	}
	for _, one := range accounts {
		close(one)
	}
	total := 0
	for range accounts {
		total += <-report
	}
	done <- total
}

func run() int {
	const count, transfers, balance = 1_000, 50_000, 1_000_000
	report, done := make(chan int, count), make(chan int)
	accounts := make([]chan accountMessage, count)
	for i := range accounts {
		accounts[i] = make(chan accountMessage, 64)
	}
	for i, mail := range accounts {
		go account(i, balance, mail, report)
	}
	go teller(accounts, transfers, report, done)
	return <-done
}
