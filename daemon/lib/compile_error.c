// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdlib.h>

#include "compile_error.h"

void compile_error_add(struct compile_errors *errors, uint32_t line, uint32_t column, const char *format, ...)
{
	struct compile_error *error;
	va_list args;

	if (errors->n == COMPILE_ERRORS_MAX) {
		errors->dropped++;
		return;
	}
	error = &errors->list[errors->n++];
	error->line = line;
	error->column = column;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
}

static int compare(const void *a, const void *b)
{
	const struct compile_error *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

void compile_errors_sort(struct compile_errors *errors)
{
	qsort(errors->list, errors->n, sizeof(errors->list[0]), compare);
}

void compile_errors_print(const struct compile_errors *errors, const char *label, FILE *out)
{
	for (uint32_t i = 0; i < errors->n; i++)
		fprintf(out, "%s:%u:%u: %s%s\n", errors->filename, errors->list[i].line, errors->list[i].column, label,
			errors->list[i].text);
	if (errors->dropped)
		fprintf(out, "%s: %s%u more\n", errors->filename, label, errors->dropped);
}
