package main

const (
	nodes   = 300
	size    = 50
	blocks  = 6
	weights = 100
)

// part is what a neighbour needs of row k or of column k; mostly nothing.
type part struct {
	k     int
	isRow bool
	data  []int
}

func weight(i, j int) int {
	if i == j {
		return 0
	}
	seed := random(i*nodes + j)
	seed.step()
	return int(seed.below(weights)) + 1
}

type square struct {
	row, column                  int
	mail                         chan part
	rowNeighbours, colNeighbours []chan<- part
	data                         []int
	rowK, columnK                [2][]int // a neighbour may be one round ahead
	received                     [2]int
}

func (s *square) tell(k int) {
	var forColumn, forRow []int
	if k/size == s.row {
		forColumn = append(forColumn, s.data[k%size*size:k%size*size+size]...)
		s.rowK[k%2] = forColumn
	}
	if k/size == s.column {
		for i := 0; i < size; i++ {
			forRow = append(forRow, s.data[i*size+k%size])
		}
		s.columnK[k%2] = forRow
	}
	for _, one := range s.colNeighbours {
		one <- part{k, true, forColumn}
	}
	for _, one := range s.rowNeighbours {
		one <- part{k, false, forRow}
	}
}

func (s *square) work(results chan<- int) {
	for k := 0; k < nodes; k++ {
		s.tell(k)
		for s.received[k%2] < 2*(blocks-1) {
			message := <-s.mail
			if len(message.data) > 0 && message.isRow {
				s.rowK[message.k%2] = message.data
			} else if len(message.data) > 0 {
				s.columnK[message.k%2] = message.data
			}
			s.received[message.k%2]++
		}
		s.received[k%2] = 0
		row := s.rowK[k%2]
		for i, way := range s.columnK[k%2] {
			line := s.data[i*size : i*size+size]
			for j, x := range row {
				if way+x < line[j] {
					line[j] = way + x
				}
			}
		}
	}
	total := 0
	for _, x := range s.data {
		total += x
	}
	results <- total
}

func run() int {
	squares := make([]*square, blocks*blocks)
	for n := range squares {
		s := &square{row: n / blocks, column: n % blocks, mail: make(chan part, 4*blocks)}
		for i := 0; i < size*size; i++ {
			s.data = append(s.data, weight(s.row*size+i/size, s.column*size+i%size))
		}
		squares[n] = s
	}
	results := make(chan int, len(squares))
	for n, s := range squares {
		for m, other := range squares {
			if m == n {
				continue
			}
			if other.row == s.row {
				s.rowNeighbours = append(s.rowNeighbours, other.mail)
			}
			if other.column == s.column {
				s.colNeighbours = append(s.colNeighbours, other.mail)
			}
		}
		go s.work(results)
	}
	total := 0
	for range squares {
		total += <-results
	}
	return total
}
