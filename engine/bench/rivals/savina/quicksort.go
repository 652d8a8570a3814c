package main

const cutoff = 2_048

type sorted struct {
	data []int64
	left bool
}

func filter(data []int64, keep func(int64) bool) []int64 {
	result := make([]int64, 0, len(data))
	for _, x := range data {
		if keep(x) {
			result = append(result, x)
		}
	}
	return result
}

func parts(data []int64) (left, equal, right []int64) {
	pivot := data[len(data)/2]
	left = filter(data, func(x int64) bool { return x < pivot })
	equal = filter(data, func(x int64) bool { return x == pivot })
	right = filter(data, func(x int64) bool { return x > pivot })
	return
}

func join(parts ...[]int64) []int64 {
	var result []int64
	for _, part := range parts {
		result = append(result, part...)
	}
	return result
}

func quicksort(data []int64) []int64 {
	if len(data) < 2 {
		return data
	}
	left, equal, right := parts(data)
	return join(quicksort(left), equal, quicksort(right))
}

func sorter(mail <-chan []int64, parent chan<- sorted, isLeft bool) {
	data := <-mail
	if len(data) < cutoff {
		parent <- sorted{quicksort(data), isLeft}
		return
	}
	left, equal, right := parts(data)
	answers := make(chan sorted, 2)
	for _, half := range []sorted{{left, true}, {right, false}} {
		child := make(chan []int64, 1)
		go sorter(child, answers, half.left)
		child <- half.data
	}
	result := equal
	for i := 0; i < 2; i++ {
		if part := <-answers; part.left {
			result = join(part.data, result)
		} else {
			result = join(result, part.data)
		}
	}
	parent <- sorted{result, isLeft}
}

func run() int64 {
	const n = 1_000_000
	data := make([]int64, n)
	seed := random(1_024)
	for i := range data {
		data[i] = seed.step() >> 3 & (1<<60 - 1)
	}
	root, answer := make(chan []int64, 1), make(chan sorted, 1)
	go sorter(root, answer, false)
	root <- data
	last, total := int64(-1), int64(0)
	result := (<-answer).data
	for i, x := range result {
		if x < last {
			panic("not sorted")
		}
		last = x
		total += int64(i+1) * x
	}
	if len(result) != n {
		panic("not all came out")
	}
	return total
}
