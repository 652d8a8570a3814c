package main

import (
	"fmt"
	"strconv"
	"time"
)

func main() {
	start := time.Now()
	counts := map[string]int64{}
	for i := 0; i < 1_000_000; i++ {
		counts["key "+strconv.Itoa(i)] = int64(i)
	}
	sum := int64(0)
	at := 1
	for i := 0; i < 1_000_000; i++ {
		at = (at*7919 + 17) % 1_000_003
		if at < 1_000_000 {
			sum += counts["key "+strconv.Itoa(at)]
		}
		if found, there := counts["none "+strconv.Itoa(at)]; there {
			sum += found
		} else {
			sum++
		}
	}
	fmt.Println(sum, time.Since(start).Nanoseconds())
}
