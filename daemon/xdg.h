/* SPDX-License-Identifier: MIT */
/* Where a user keeps his documents, pictures and so on, when not at the usual names: user-dirs.dirs(5). */
#ifndef RAMPART_XDG_H
#define RAMPART_XDG_H

typedef void (*xdg_found_fn)(void *data, const char *folder, const char *below);

/*
 * xdg_folders() - calls @found for each folder that ~/.config/user-dirs.dirs places below @home under another name than
 * @folder, the usual one: @below is its path from there. The file is the user's: what is no such line is passed over, and
 * where there is no such file there are no such folders. Reads no other file system and nothing outside of @home.
 */
void xdg_folders(const char *home, xdg_found_fn found, void *data);

#endif
