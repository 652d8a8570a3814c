package main

import "math"

const (
	points    = 100_000
	grid      = 500.0
	threshold = 1414.2135623730951 // 2 * sqrt(2) * grid
)

const (
	customerComes = iota
	facilityOpens
	end
	childEnded
)

type point struct{ x, y float64 }

type quadrantMessage struct {
	kind      int
	producer  chan<- struct{}
	point     point
	child     int
	fromChild bool
	count     int
}

type box struct{ x1, y1, x2, y2 float64 }

func (b box) contains(p point) bool {
	return b.x1 <= p.x && p.x < b.x2 && b.y1 <= p.y && p.y < b.y2
}

// cost is the distance to the nearest of the facilities.
func cost(facilities []point, p point) float64 {
	best := math.Inf(1)
	for _, f := range facilities {
		dx, dy := f.x-p.x, f.y-p.y
		if distance := math.Sqrt(dx*dx + dy*dy); distance < best {
			best = distance
		}
	}
	return best
}

func producer(root chan<- quadrantMessage) {
	mail := make(chan struct{}, 1)
	seed := random(123_456)
	place := func() float64 { return float64(seed.step()>>33&0x7fffffff) / 2147483648.0 * grid }
	for i := 0; i < points; i++ {
		x := place()
		root <- quadrantMessage{kind: customerComes, producer: mail, point: point{x, place()}}
		<-mail
	}
	root <- quadrantMessage{kind: end}
}

func quadrant(mail chan quadrantMessage, parent chan<- quadrantMessage, position int, area box, known, first []point, done chan<- int) {
	middle := point{(area.x1 + area.x2) / 2, (area.y1 + area.y2) / 2}
	facilities := append(append([]point{}, known...), middle)
	var customers []point
	total := 0.0
	add := func(p point) {
		customers = append(customers, p)
		total += cost(facilities, p)
	}
	for _, p := range first {
		if area.contains(p) {
			add(p)
		}
	}
	var below []chan quadrantMessage
	// Customers stream down while news of facilities go up: a full mailbox above must not stop a quadrant.
	tellParent := func(p point) {
		if parent != nil {
			go func() {
				parent <- quadrantMessage{kind: facilityOpens, child: position, point: p, fromChild: true}
			}()
		}
	}
	open := func() {
		tellParent(middle)
		areas := []box{
			{area.x1, middle.y, middle.x, area.y2}, {middle.x, middle.y, area.x2, area.y2},
			{area.x1, area.y1, middle.x, middle.y}, {middle.x, area.y1, area.x2, middle.y},
		}
		for i, one := range areas {
			child := make(chan quadrantMessage, mailbox)
			below = append(below, child)
			go quadrant(child, mail, i, one, append([]point{}, facilities...), customers, done)
		}
		customers = nil
	}
	ended, count := 0, 0
	for message := range mail {
		switch message.kind {
		case customerComes:
			if below == nil {
				add(message.point)
				if total > threshold {
					open()
				}
			} else {
				child := 0
				if message.point.x >= middle.x {
					child++
				}
				if message.point.y < middle.y {
					child += 2
				}
				below[child] <- message
			}
			if parent == nil {
				message.producer <- struct{}{}
			}
		case facilityOpens:
			facilities = append(facilities, message.point)
			onward := quadrantMessage{kind: facilityOpens, point: message.point}
			if message.fromChild {
				tellParent(message.point)
				below[3-message.child] <- onward
			} else {
				for _, child := range below {
					child <- onward
				}
			}
		case end:
			for _, child := range below {
				child <- message
			}
			if below == nil {
				parent <- quadrantMessage{kind: childEnded, count: len(customers)}
				return
			}
		case childEnded:
			ended++
			count += message.count
			if ended == 4 {
				if parent == nil {
					done <- count
				} else {
					parent <- quadrantMessage{kind: childEnded, count: count}
				}
				return
			}
		}
	}
}

func run() int {
	root, done := make(chan quadrantMessage, mailbox), make(chan int)
	go quadrant(root, nil, -1, box{0, 0, grid, grid}, nil, nil, done)
	go producer(root)
	return <-done
}
