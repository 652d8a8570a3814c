package main

import "fmt"

func source(n, bits int, first chan<- int64) {
	seed := random(2_048)
	for i := 0; i < n; i++ {
		first <- seed.step() >> 3 & (1<<bits - 1)
	}
}

func sorter(mail <-chan int64, n, bit int, next chan<- int64) {
	mask := int64(1) << bit
	kept := make([]int64, 0, n)
	for i := 0; i < n; i++ {
		x := <-mail
		if x&mask != 0 {
			kept = append(kept, x)
		} else {
			next <- x
		}
	}
	for _, x := range kept {
		next <- x
	}
}

func check(mail <-chan int64, n int, done chan<- int64) {
	last, total := int64(-1), int64(0)
	for i := 1; i <= n; i++ {
		x := <-mail
		if x < last {
			panic(fmt.Sprint(x, " comes after ", last))
		}
		last = x
		total += int64(i) * x
	}
	done <- total
}

func run() int64 {
	const n, bits = 100_000, 60
	next, done := make(chan int64, mailbox), make(chan int64)
	go check(next, n, done)
	for bit := bits - 1; bit >= 0; bit-- {
		mail := make(chan int64, mailbox)
		go sorter(mail, n, bit, next)
		next = mail
	}
	go source(n, bits, next)
	return <-done
}
