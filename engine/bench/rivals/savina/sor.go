package main

const (
	size   = 20
	rounds = 100
	omega  = 1.25
)

func cell(value float64, black bool, mail <-chan float64, neighbours []chan<- float64, results chan<- float64) {
	tell := func() {
		for _, one := range neighbours {
			one <- value
		}
	}
	round := 0
	if black {
		tell()
		round++
	}
	for round < rounds {
		total := 0.0
		for range neighbours {
			total += <-mail
		}
		value = 0.25*omega*total + (1-omega)*value
		tell()
		round++
	}
	results <- value
}

func run() float64 {
	seed := random(10_101_010)
	cells := make([]chan float64, size*size)
	for i := range cells {
		cells[i] = make(chan float64, 8)
	}
	results := make(chan float64, len(cells))
	for place := range cells {
		row, column := place/size, place%size
		var near []chan<- float64
		if column+1 < size {
			near = append(near, cells[place+1])
		}
		if row+1 < size {
			near = append(near, cells[place+size])
		}
		if column > 0 {
			near = append(near, cells[place-1])
		}
		if row > 0 {
			near = append(near, cells[place-size])
		}
		first := float64(seed.step()>>33&0x7fffffff) / 2147483648.0 * 1e-6
		go cell(first, (row+column)%2 == 1, cells[place], near, results)
	}
	total := 0.0
	for range cells {
		total += <-results
	}
	return total
}
