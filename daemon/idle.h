/* SPDX-License-Identifier: MIT */
/* Work that is done bit by bit, while the daemon has nothing else to do. */
#ifndef RAMPART_IDLE_H
#define RAMPART_IDLE_H

#include <systemd/sd-event.h>

/* idle_add() - @go_on is called again and again while *@source is enabled, which it is not at first. 0 or a negative errno. */
static inline int idle_add(sd_event *event, sd_event_source **source, sd_event_handler_t go_on, void *data)
{
	int err = sd_event_add_defer(event, source, go_on, data);

	if (err >= 0)
		err = sd_event_source_set_priority(*source, SD_EVENT_PRIORITY_IDLE);
	return err < 0 ? err : sd_event_source_set_enabled(*source, SD_EVENT_OFF);
}

#endif
