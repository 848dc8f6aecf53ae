/* SPDX-License-Identifier: MIT */
/*
 * The control socket: AF_UNIX, SOCK_SEQPACKET, the messages of proto/control.proto.
 *
 * One packet is one message. A message over CONTROL_INLINE bytes travels as a sealed memfd (SCM_RIGHTS) instead,
 * beside one byte of zero, which no protobuf message begins with: a packet of many megabytes would need that much
 * contiguous kernel memory and is refused by the kernel. The seals (write, grow, shrink) are checked, so what was
 * checked stays what is read. An empty message is the byte of zero alone, since an empty packet means that the peer
 * hung up.
 */
#ifndef RAMPART_CONTROL_H
#define RAMPART_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "control.pb-c.h"

#define CONTROL_SOCKET "/run/rampart/control.sock"
#define CONTROL_INLINE (64 * 1024)		/* bytes of a message inside a packet */
#define CONTROL_MAX ((64u << 20) + 4096)	/* bytes of any message: the largest bundle and its envelope */

/* A message on its way out: @fd is a sealed memfd that holds it, or -1 and then @data does. */
struct control_packet {
	uint8_t *data;
	size_t len;
	int fd;
};

/* control_pack() - 0 with @packet to be freed by control_packet_free(), -EMSGSIZE, or another negative errno. */
int control_pack(const ProtobufCMessage *message, struct control_packet *packet);
void control_packet_free(struct control_packet *packet);

/* control_send() - one attempt: 0, or the negative errno of sendmsg(2), such as -EAGAIN. */
int control_send(int socket, const struct control_packet *packet, int flags);

/*
 * control_receive() - takes one packet; a message over @max bytes, or by memfd where @max <= CONTROL_INLINE, is
 * refused. Returns its length with *@data to free(), -EPIPE (the peer hung up), -EMSGSIZE, -EBADMSG (no seals, wrong
 * form), or the negative errno of recvmsg(2).
 */
ssize_t control_receive(int socket, size_t max, int flags, uint8_t **data);

/* control_memfd() - a sealed memfd of these bytes, or a negative errno. */
int control_memfd(const char *name, const uint8_t *data, size_t len);

/* --- the client --- */

/* control_path() - CONTROL_SOCKET, or what the environment says in RAMPART_SOCKET. */
const char *control_path(void);

/*
 * control_request() - one request, one response.
 * Returns 0 with *@response to be freed with rampart__response__free_unpacked(), whatever it says, or a negative
 * errno when there is none: -ENOENT or -ECONNREFUSED (no daemon), -EACCES, -ETIMEDOUT, -EBADMSG, -EPIPE (hung up).
 */
int control_request(const Rampart__Request *request, Rampart__Response **response);

/*
 * control_open() - sends a request whose responses are taken one by one. Returns a socket for the caller to close, or
 * as above.
 */
int control_open(const Rampart__Request *request);

/* control_next() - the next response. @seconds: how long to wait, 0 for ever. Returns as control_request(). */
int control_next(int socket, unsigned int seconds, Rampart__Response **response);

#endif
