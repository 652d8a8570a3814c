package main

import (
	"fmt"
	"strings"
	"time"
)

func book() string {
	vocabulary := make([]string, 20_000)
	for i := range vocabulary {
		vocabulary[i] = fmt.Sprintf("w%d", i*i%999_983)
	}
	words := []string{}
	x := int64(7)
	for i := 0; i < 1_480_000; i++ {
		x = x*6364136223846793005 + 1442695040888963407
		a := (x >> 33) & 0x7fffffff
		words = append(words, vocabulary[a%(1+(a>>12)%20_000)])
	}
	return strings.Join(words, " ")
}

func main() {
	start := time.Now()
	text := book()
	counts := map[string]int{}
	for _, word := range strings.Split(text, " ") {
		counts[word]++
	}
	most := 0
	for _, count := range counts {
		most = max(most, count)
	}
	fmt.Printf("%d,%d,%d %d\n", len(text), len(counts), most, time.Since(start).Nanoseconds())
}
