package main

import "math/big"

const (
	workers = 20
	bits    = 380 * 44 // behind the point
	digits  = 5_000
)

type termResult struct {
	worker int
	term   *big.Int
}

// bbpTerm gives (4/(8k+1) - 2/(8k+4) - 1/(8k+5) - 1/(8k+6)) / 16^k, with so many bits behind the point.
func bbpTerm(k int64) *big.Int {
	one := new(big.Int).Lsh(big.NewInt(1), uint(max(0, bits-4*k)))
	part := func(numerator, denominator int64) *big.Int {
		x := new(big.Int).Mul(one, big.NewInt(numerator))
		return x.Quo(x, big.NewInt(denominator))
	}
	term := part(4, 8*k+1)
	term.Sub(term, part(2, 8*k+4))
	term.Sub(term, part(1, 8*k+5))
	return term.Sub(term, part(1, 8*k+6))
}

func worker(id int, mail <-chan int64, master chan<- termResult) {
	for k := range mail {
		master <- termResult{id, bbpTerm(k)}
	}
}

func master(done chan<- int64) {
	results := make(chan termResult, 10*workers)
	all := make([]chan int64, workers)
	requested, received, enough := 0, 0, false
	for i := range all {
		all[i] = make(chan int64, 10*workers)
		go worker(i, all[i], results)
	}
	for requested < 10*workers {
		all[requested%workers] <- int64(requested)
		requested++
	}
	tolerance := new(big.Int).Lsh(big.NewInt(1), 24)
	total := new(big.Int)
	for received < requested {
		result := <-results
		received++
		total.Add(total, result.term)
		enough = enough || result.term.Cmp(tolerance) < 0
		if !enough {
			all[result.worker] <- int64(requested)
			requested++
		}
	}
	for _, one := range all {
		close(one)
	}
	total.Mul(total, new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil))
	total.Rsh(total, bits)
	done <- total.Mod(total, big.NewInt(10_000_000_000)).Int64()
}

func run() int64 {
	done := make(chan int64)
	go master(done)
	return <-done
}
