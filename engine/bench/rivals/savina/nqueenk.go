package main

const (
	size    = 12
	depth   = 4
	workers = 20
)

const (
	work = iota
	solution
	finished
)

type queenMessage struct {
	kind  int
	board []int
}

// isValid says whether no two of the queens threaten each other.
func isValid(board []int) bool {
	for i, p := range board {
		for j := i + 1; j < len(board); j++ {
			aside := board[j] - p
			if aside == 0 || aside == j-i || aside == i-j {
				return false
			}
		}
	}
	return true
}

func worker(mail <-chan []int, master chan<- queenMessage) {
	for board := range mail {
		if len(board) < depth {
			for column := 0; column < size; column++ {
				larger := append(append(make([]int, 0, size), board...), column)
				if isValid(larger) {
					master <- queenMessage{work, larger}
				}
			}
		} else {
			queens := append(make([]int, 0, size), board...)
			for range size - len(board) {
				queens = append(queens, -1)
			}
			for row := len(board); row >= len(board); {
				queens[row]++
				if queens[row] == size {
					queens[row] = -1
					row--
				} else if isValid(queens[:row+1]) {
					if row+1 == size {
						master <- queenMessage{kind: solution}
					} else {
						row++
					}
				}
			}
		}
		master <- queenMessage{kind: finished}
	}
}

func master(done chan<- int) {
	mail := make(chan queenMessage, mailbox)
	all := make([]chan []int, workers)
	for i := range all {
		all[i] = make(chan []int, mailbox)
		go worker(all[i], mail)
	}
	solutions, sent, completed := 0, 1, 0
	all[0] <- nil
	for completed < sent {
		message := <-mail
		switch message.kind {
		case work:
			all[sent%workers] <- message.board
			sent++
		case solution:
			solutions++
		case finished:
			completed++
		}
	}
	for _, one := range all {
		close(one)
	}
	done <- solutions
}

func run() int {
	done := make(chan int)
	go master(done)
	return <-done
}
