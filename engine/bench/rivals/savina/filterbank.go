package main

const (
	columns     = 1_024
	simulations = 6_144
	channels    = 8
	depth       = 16 // capacity of a mailbox
)

type sourced struct {
	channel int
	value   float64
}

func producer(mail <-chan chan<- struct{}) {
	for sent := 0; sent < simulations; sent++ {
		source := <-mail
		source <- struct{}{}
	}
	close(<-mail)
}

func source(mail chan struct{}, producer chan<- chan<- struct{}, branches chan<- float64) {
	producer <- mail
	current := 0
	for range mail {
		branches <- float64(current)
		current = (current + 1) % 1_000
		producer <- mail
	}
	close(branches)
}

func branches(mail <-chan float64, banks []chan float64) {
	for x := range mail {
		for _, bank := range banks {
			bank <- x
		}
	}
	for _, bank := range banks {
		close(bank)
	}
}

func bank(mail <-chan float64, channel int, integrator chan<- sourced) {
	first, second := make([]float64, columns), make([]float64, columns)
	for i := range columns {
		first[i] = float64(i*columns + channel*channels + channel + i + channel + 1)
		second[i] = float64(i*channel + channel*channel + channel + i)
	}
	stage := func() chan float64 { return make(chan float64, depth) }
	a, b, c, d, e, f := stage(), stage(), stage(), stage(), stage(), stage()
	go delay(a, b)
	go filter(b, first, c)
	go sampler(c, d)
	go delay(d, e)
	go filter(e, second, f)
	go forward(f, channel, integrator)
	for x := range mail {
		a <- x
	}
	close(a)
}

func delay(mail <-chan float64, next chan<- float64) {
	values := make([]float64, columns-1)
	place := 0
	for x := range mail {
		next <- values[place]
		values[place] = x
		place = (place + 1) % (columns - 1)
	}
	close(next)
}

func filter(mail <-chan float64, factors []float64, next chan<- float64) {
	data := make([]float64, columns)
	place, full := 0, false
	for x := range mail {
		data[place] = x
		place++
		if place == columns {
			full = true
			place = 0
		}
		if full {
			total := 0.0
			for i, y := range data {
				total += y * factors[columns-i-1]
			}
			next <- total
		}
	}
	close(next)
}

func sampler(mail <-chan float64, next chan<- float64) {
	received := 0
	for x := range mail {
		if received == 0 {
			next <- x
		} else {
			next <- 0
		}
		received = (received + 1) % columns
	}
	close(next)
}

func forward(mail <-chan float64, channel int, integrator chan<- sourced) {
	for x := range mail {
		integrator <- sourced{channel, x}
	}
}

// integrator puts the values of all channels that belong together into one message.
func integrator(mail <-chan sourced, combiner chan<- []float64) {
	waiting := make([][]float64, channels)
	for message := range mail {
		waiting[message.channel] = append(waiting[message.channel], message.value)
		complete := true
		for _, values := range waiting {
			complete = complete && len(values) > 0
		}
		if complete {
			together := make([]float64, channels)
			for i, values := range waiting {
				together[i] = values[0]
				waiting[i] = values[1:]
			}
			combiner <- together
		}
	}
	close(combiner)
}

func combiner(mail <-chan []float64, sink chan<- float64) {
	for together := range mail {
		total := 0.0
		for _, x := range together {
			total += x
		}
		sink <- total
	}
}

func sink(mail <-chan float64, done chan<- float64) {
	total := 0.0
	for i := 0; i < simulations-2*(columns-1); i++ {
		total += <-mail
	}
	done <- total
}

func run() float64 {
	done, last := make(chan float64), make(chan float64, depth)
	together, all := make(chan []float64, depth), make(chan sourced, depth*channels)
	go sink(last, done)
	go combiner(together, last)
	go integrator(all, together)
	banks := make([]chan float64, channels)
	for i := range banks {
		banks[i] = make(chan float64, depth)
		go bank(banks[i], i, all)
	}
	values, asks := make(chan float64, depth), make(chan chan<- struct{}, 1)
	go branches(values, banks)
	go producer(asks)
	go source(make(chan struct{}, 1), asks, values)
	total := <-done
	close(all)
	return total
}
