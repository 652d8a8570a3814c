package main

import (
	"fmt"
	"slices"
	"time"
)

func main() {
	start := time.Now()
	xs := []int64{}
	x := int64(42)
	for i := 0; i < 1_000_000; i++ {
		x = x*6364136223846793005 + 1442695040888963407
		xs = append(xs, x^(x>>29))
	}
	slices.Sort(xs)
	sum := int64(0)
	for i, value := range xs {
		sum += value * int64(i+1)
	}
	fmt.Println(sum, time.Since(start).Nanoseconds())
}
