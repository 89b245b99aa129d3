package main

// line is what a processor fetches at a time; its first word is touched.
type line struct {
	word uint64
	_    [56]byte
}

// touched is the memory that a task touches while it holds the token. Without any line nothing is touched.
type touched []line

// newTouched makes a buffer of whole lines, and writes all of it.
func newTouched(bytes int) touched {
	if bytes == 0 {
		return nil
	}
	memory := make(touched, (bytes+63)/64)
	for i := range memory {
		memory[i].word = 1
	}
	return memory
}

// touch reads and writes one word of each line.
func (t touched) touch() {
	for i := range t {
		t[i].word++
	}
}
