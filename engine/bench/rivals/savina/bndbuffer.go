package main

import "math"

const (
	put = iota
	ready
	producerEnds
)

type bufferMessage struct {
	kind     int
	item     float64
	producer chan<- struct{}
	consumer chan<- float64
}

func work(item float64, cost int) float64 {
	seed := random(cost)
	for i := 0; i < cost; i++ {
		item += math.Log(float64(seed.step()>>33&0x7fffffff)/2147483648.0 + 0.01)
	}
	return item
}

func producer(mail chan struct{}, items, cost int, manager chan<- bufferMessage) {
	item := 0.0
	for i := 0; i < items; i++ {
		<-mail
		item = work(item, cost)
		manager <- bufferMessage{kind: put, item: item, producer: mail}
	}
	<-mail
	manager <- bufferMessage{kind: producerEnds}
}

func consumer(mail chan float64, cost int, manager chan<- bufferMessage, ended chan<- int) {
	item, used := 0.0, 0
	for data := range mail {
		item = work(item+data, cost)
		used++
		manager <- bufferMessage{kind: ready, consumer: mail}
	}
	ended <- used
}

func manager(mail chan bufferMessage, buffer, producers, consumers, items, cost int, done chan<- int) {
	ended := make(chan int, consumers)
	var waitingConsumers []chan<- float64
	var waitingProducers []chan<- struct{}
	var pending []float64
	var all []chan float64
	for i := 0; i < consumers; i++ {
		one := make(chan float64, 1)
		all = append(all, one)
		waitingConsumers = append(waitingConsumers, one)
		go consumer(one, cost, mail, ended)
	}
	for i := 0; i < producers; i++ {
		one := make(chan struct{}, 1)
		go producer(one, items, cost, mail)
		one <- struct{}{}
	}
	for left := producers; left > 0 || len(waitingConsumers) < consumers; {
		message := <-mail
		switch message.kind {
		case put:
			if len(waitingConsumers) == 0 {
				pending = append(pending, message.item)
			} else {
				waitingConsumers[0] <- message.item
				waitingConsumers = waitingConsumers[1:]
			}
			if len(pending) >= buffer-producers {
				waitingProducers = append(waitingProducers, message.producer)
			} else {
				message.producer <- struct{}{}
			}
		case ready:
			if len(pending) == 0 {
				waitingConsumers = append(waitingConsumers, message.consumer)
			} else {
				message.consumer <- pending[0]
				pending = pending[1:]
				if len(waitingProducers) > 0 {
					waitingProducers[0] <- struct{}{}
					waitingProducers = waitingProducers[1:]
				}
			}
		case producerEnds:
			left--
		}
	}
	used := 0
	for _, one := range all {
		close(one)
	}
	for range all {
		used += <-ended
	}
	done <- used
}

func run() int {
	const buffer, producers, consumers, items, cost = 50, 40, 40, 1_000, 250
	done := make(chan int)
	go manager(make(chan bufferMessage, producers+consumers), buffer, producers, consumers, items, cost, done)
	return <-done
}
