// SPDX-License-Identifier: GPL-2.0-only
/* The table of contents: what comes up in which order, and goes down in reverse. */
#include "attach.h"
#include "device.h"
#include "digest.h"
#include "medium.h"
#include "event.h"
#include "label.h"
#include "netlink.h"
#include "rampart.h"
#include "ransom.h"
#include "store.h"
#include "subject.h"
#include "load.h"
#include "verify.h"

static int __init rampart_init(void)
{
	int err = rampart_label_init();

	if (err)
		return err;
	err = rampart_digest_init();
	if (err)
		goto err_label;
	err = subject_init();
	if (err)
		goto err_digest;
	err = rampart_ransom_init();
	if (err)
		goto err_subject;
	err = rampart_event_init();
	if (err)
		goto err_ransom;
	rampart_load_init();
	err = rampart_verify_init();
	if (err)
		goto err_event;
	err = rampart_store_init();
	if (err)
		goto err_verify;
	err = rampart_attach_init();
	if (err)
		goto err_store;
	err = subject_populate();
	if (err)
		goto err_attach;
	err = rampart_netlink_init();
	if (err)
		goto err_attach;
	pr_info("armed%s\n", RAMPART_SEALED ? "" : ", NOT SEALED: a build for tests");
	return 0;

err_attach:
	rampart_attach_exit();
err_store:
	rampart_store_exit();
err_verify:
	rampart_verify_exit();
err_event:
	rampart_load_exit();
	rampart_event_exit();
err_ransom:
	rampart_ransom_exit();
err_subject:
	subject_exit();
err_digest:
	rampart_digest_exit();
err_label:
	rampart_label_exit();
	return err;
}

static void __exit rampart_exit(void)
{
	rampart_netlink_exit();
	rampart_attach_exit();
	rampart_device_exit();
	rampart_medium_exit();
	rampart_store_exit();
	rampart_verify_exit();
	rampart_load_exit();
	rampart_event_exit();
	rampart_ransom_exit();
	subject_exit();
	rampart_digest_exit();
	rampart_label_exit();
}

module_init(rampart_init);
module_exit(rampart_exit);
MODULE_DESCRIPTION("Rampart: attack surface reduction inside the kernel");
MODULE_LICENSE("GPL");
