// Using a stack: the scenario `deep`. For C and C++.
#ifndef TASKWEIGHT_DEEP_H
#define TASKWEIGHT_DEEP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What each level of calls keeps on its stack, or a coroutine in its frame.
enum { LEVEL_BYTES = 256 };

// Calls down until `bytes` of the stack are in use from here on, and calls `bottom` there; null calls nothing.
void call_down(size_t bytes, void (*bottom)(void *), void *argument);

// Ends the program unless stacks of `stack_bytes` hold this depth; a quarter is left for everything else.
void check_depth(size_t depth, size_t stack_bytes);

// The stack that a task is to have where the program can choose: twice the depth, in whole pages, and `least` or more.
size_t deep_stack_bytes(size_t depth, size_t least);

#ifdef __cplusplus
}
#endif
#endif
