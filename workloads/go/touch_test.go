package main

import "testing"

func TestOneWordOfEveryLineIsWritten(t *testing.T) {
	for bytes, lines := range map[int]int{0: 0, 1: 1, 64: 1, 65: 2, 16 << 10: 256} {
		memory := newTouched(bytes)
		memory.touch()
		memory.touch()
		if len(memory) != lines {
			t.Errorf("%d bytes: %d lines, not %d", bytes, len(memory), lines)
		}
		for i := range memory {
			if memory[i].word != 3 {
				t.Fatalf("%d bytes: line %d was touched %d times, not 2", bytes, i, memory[i].word-1)
			}
		}
	}
}
