/* SPDX-License-Identifier: MIT */
/* Who keeps descriptors and mappings from before a policy, and gives them to the attacks. */
#ifndef HOLD_H
#define HOLD_H

/* What of it is not seen. */
extern const struct gap gap_old;

/* Opens and maps @path. Returns 0 or -1 with errno. */
int hold_file(const char *path);

/* Goes into the background, prints its pid there, and serves old_descriptor() and old_mapping(). */
int hold_serve(void);

/* Has the holder write to the victim by its mapping. */
int hold_write_mapping(void);

#endif
