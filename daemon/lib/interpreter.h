/* SPDX-License-Identifier: MIT */
#ifndef RAMPART_INTERPRETER_H
#define RAMPART_INTERPRETER_H

#include <stdbool.h>

/*
 * rampart_is_interpreter() - whether the program at @exe, told by its name, runs what others wrote: to trust one is to trust all that
 * it can be made to run.
 */
bool rampart_is_interpreter(const char *exe);

#endif
