package main

import (
	"fmt"
	"math"
	"time"
)

func main() {
	start := time.Now()
	sum := 0.0
	for i := 0; i < 1_000_000; i++ {
		x := float64(i) * 1e-5
		sum = sum + math.Exp(x)*1e-4 + math.Log(x+0.5) + math.Sin(x*3.0) + math.Cos(x*7.0)
	}
	fmt.Println(int64(math.RoundToEven(sum*1000)), time.Since(start).Nanoseconds())
}
