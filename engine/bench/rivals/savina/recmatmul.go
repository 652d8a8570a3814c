package main

const (
	n       = 256
	block   = 1_024
	workers = 20
)

type matrixWork struct {
	rowA, columnA, rowB, columnB, rowC, columnC, dim int
}

// masterMessage is more work, or, without a size, the end of some.
type masterMessage struct{ work matrixWork }

// product is a part of a row of one matrix times a part of a column of another.
func product(a []float64, row int, b []float64, column, dim int) float64 {
	total := 0.0
	for k := 0; k < dim; k++ {
		total += a[row+k] * b[column+k*n]
	}
	return total
}

func worker(mail <-chan matrixWork, master chan<- masterMessage, results chan<- float64) {
	a, b, c := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
	for i := range a {
		a[i], b[i] = float64(i/n), float64(i%n)
	}
	for w := range mail {
		if w.dim*w.dim > block {
			half := w.dim / 2
			for i := 0; i < w.dim; i += half {
				for j := 0; j < w.dim; j += half {
					for k := 0; k < w.dim; k += half {
						master <- masterMessage{matrixWork{w.rowA + i, w.columnA + k, w.rowB + k, w.columnB + j,
							w.rowC + i, w.columnC + j, half}}
					}
				}
			}
		} else {
			for i := w.rowC; i < w.rowC+w.dim; i++ {
				row := i*n + w.columnA
				for j := w.columnC; j < w.columnC+w.dim; j++ {
					c[i*n+j] += product(a, row, b, w.rowB*n+j, w.dim)
				}
			}
		}
		master <- masterMessage{}
	}
	total := 0.0
	for _, x := range c {
		total += x
	}
	results <- total
}

func master(done chan<- float64) {
	mail, results := make(chan masterMessage, mailbox), make(chan float64, workers)
	all := make([]chan matrixWork, workers)
	for i := range all {
		all[i] = make(chan matrixWork, mailbox)
		go worker(all[i], mail, results)
	}
	sent, completed := 0, 0
	send := func(work matrixWork) {
		sent++
		all[(work.rowC+work.columnC)%workers] <- work
	}
	send(matrixWork{dim: n})
	for completed < sent {
		message := <-mail
		if message.work.dim > 0 {
			send(message.work)
		} else {
			completed++
		}
	}
	total := 0.0
	for _, one := range all {
		close(one)
		total += <-results
	}
	done <- total
}

func run() float64 {
	done := make(chan float64)
	go master(done)
	return <-done
}
