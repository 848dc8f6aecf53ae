/* SPDX-License-Identifier: MIT */
/* A catalogue of two rules, for tests that are not to change with the real one. */
#ifndef RAMPART_CATALOG_SMALL_H
#define RAMPART_CATALOG_SMALL_H

#include "catalog.h"

#define SMALL_GUID "d4f940ab-401b-4efc-aadc-ad5f3c50688a"

static const struct catalog_file small_files[] = {
	{ "classes.yaml",
	  "- {name: office, title: Office suites, paths: [/usr/bin/soffice, \"/opt/*/program\", ~/.local/suite]}\n"
	  "- {name: shell, title: Shells, paths: [/bin/sh]}\n"
	  "- {name: keys, title: Keys, paths: [/etc/shadow]}\n"
	  "- {name: keeper, title: Those who keep keys, paths: [/usr/sbin/keeper]}\n" },
	{ "key_guard.yaml",
	  "id: key_guard\ntitle: Keys are read by their keepers\nstops: Reading keys.\nattack: [T1003.008]\n"
	  "modes: [off, audit, block]\nmatch:\n- {on: read, object: [keys], not_exe: [keeper]}\n"
	  "- {on: change, object: [keys], not_subject: [keeper]}\n" },
	{ "office_child.yaml",
	  "id: office_child\nguid: " SMALL_GUID "\ntitle: Office programs start no shells\n"
	  "stops: |\n  Macros that start | shells.\n\n  A second paragraph.\nattack: [T1204.002, T1059]\nattack_old: [T1064]\n"
	  "modes: [off, audit, warn, block]\n"
	  "match:\n- on: [exec, load]\n  subject: [office]\n  object: [shell, memfd]\n  not_object: [script]\n"
	  "  when: [no_terminal]\n"
	  "exclude:\n- {exe: /usr/bin/gpg, reason: signing}\n- {package: absent-package}\n"
	  "false_positives: [\"gpg, which signs\"]\ncannot_see:\n- what a broker starts\n- more\n" },
};

#endif
