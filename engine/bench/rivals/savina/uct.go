package main

const (
	nodes         = 200_000
	children      = 10
	meanWork      = 50
	deviation     = 10
	urgentPercent = 50
	requestWork   = 10
)

const (
	haveChildren = iota
	visit
	visited
)

type nodeMessage struct {
	kind   int
	work   int
	urgent int
	count  int
}

type ask struct {
	who chan<- nodeMessage
}

func busy(seed random, times int) random {
	for ; times > 0; times-- {
		seed.step()
	}
	return seed
}

func nodeWork(seed *random) int {
	return meanWork - 2*deviation + int(seed.below(2*deviation)+seed.below(2*deviation))
}

// node lives until it has been visited and has told its parent how many nodes there are below it.
func node(mail chan nodeMessage, parent chan<- nodeMessage, root chan<- ask, work int, urgent bool) {
	last := busy(random(work), requestWork)
	root <- ask{mail}
	var below []chan nodeMessage
	answered, total := 0, 1
	for message := range mail {
		switch message.kind {
		case haveChildren:
			for i := 0; i < children; i++ {
				child := make(chan nodeMessage, children)
				below = append(below, child)
				go node(child, mail, root, message.work, i == message.urgent)
			}
		case visit:
			last = busy(last, work)
			if len(below) == 0 {
				parent <- nodeMessage{kind: visited, count: total}
				return
			}
			for _, child := range below {
				child <- message
			}
		case visited:
			answered++
			total += message.count
			if answered == children {
				parent <- nodeMessage{kind: visited, count: total}
				return
			}
		}
	}
}

func rootNode(done chan<- int) {
	mail, asks := make(chan nodeMessage, children), make(chan ask, mailbox)
	seed := random(2)
	work := nodeWork(&seed)
	var below []chan nodeMessage
	for i := 0; i < children; i++ {
		child := make(chan nodeMessage, children)
		below = append(below, child)
		go node(child, mail, asks, work, false)
	}
	size := 1 + children
	// Everyone asks once: the tree is whole when all have.
	for asked := 0; asked < size-1; asked++ {
		one := <-asks
		if size+children <= nodes && seed.step()>>33&1 == 1 {
			work, urgent := nodeWork(&seed), -1
			if seed.below(100) < urgentPercent {
				urgent = int(seed.below(children))
			}
			size += children
			one.who <- nodeMessage{kind: haveChildren, work: work, urgent: urgent}
		}
	}
	for _, child := range below {
		child <- nodeMessage{kind: visit}
	}
	total := 1
	for range below {
		message := <-mail
		total += message.count
	}
	done <- total
}

func run() int {
	done := make(chan int)
	go rootNode(done)
	return <-done
}
