/* SPDX-License-Identifier: MIT */
/* Defender's device control for macOS, a document of JSON, as the section devices of a policy. */
#ifndef RAMPART_DEVICE_IMPORT_H
#define RAMPART_DEVICE_IMPORT_H

#include <stdio.h>

#include <jansson.h>

/*
 * rampart_device_import() - writes YAML to @out, in mode audit, that says what @document does. What is no word of the schema, and what has
 * no meaning here, is a line each in @errors, with its place and what to write instead; then nothing is written. Returns how many lines.
 */
unsigned int rampart_device_import(const json_t *document, FILE *out, FILE *errors);

#endif
