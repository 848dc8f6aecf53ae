// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about sockets. Where they run is said at each. */
#include <net/af_unix.h>

#include "enforce.h"
#include "rampart.h"

/*
 * Streams and SOCK_SEQPACKET. What the socket is called is where it was bound, whatever name it is reached by; one without a name
 * in a file system is nowhere. The spinlocks of both sockets are held, which keep @other bound: must not sleep.
 */
int hook_unix_stream_connect(struct sock *sock, struct sock *other, struct sock *newsk)
{
	struct dentry *dentry = unix_sk(other)->path.dentry;

	rampart_hook_seen(unix_stream_connect);
	return dentry ? rampart_enforce_dentry(HOOK_unix_stream_connect, RAMPART_OP_CONNECT, dentry, 0) : 0;
}
