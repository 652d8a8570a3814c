package main

func fib(mail <-chan int, parent chan<- int) {
	n := <-mail
	if n <= 2 {
		parent <- 1
		return
	}
	answers := make(chan int, 2)
	for i := 1; i <= 2; i++ {
		child := make(chan int, 1)
		go fib(child, answers)
		child <- n - i
	}
	parent <- <-answers + <-answers
}

func run() int {
	root, done := make(chan int, 1), make(chan int)
	go fib(root, done)
	root <- 25
	return <-done
}
