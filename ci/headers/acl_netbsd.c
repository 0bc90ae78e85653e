/* What platform/src/evidence/acl_netbsd.rs and acl_nfs4.rs declare, compared with NetBSD's headers. */

/* The struct that the kernel fills is for the C library only. */
#define _ACL_PRIVATE
#include <sys/types.h>
#include <sys/acl.h>
#include <sys/syscall.h>
#include <stddef.h>
#include <unistd.h>

#include "compare.h"
#include "nfs4.h"

SAME(_PC_ACL_NFS4, 17);
SAME(SYS___acl_get_fd, 493);
SAME(ACL_MAX_ENTRIES, 254);

WIDTH(struct acl_entry, 16);
PLACE(struct acl_entry, ae_tag, 0);
PLACE(struct acl_entry, ae_id, 4);
PLACE(struct acl_entry, ae_perm, 8);
PLACE(struct acl_entry, ae_entry_type, 12);
PLACE(struct acl_entry, ae_flags, 14);
WIDTH(struct acl, 24 + 254 * 16);
PLACE(struct acl, acl_maxcnt, 0);
PLACE(struct acl, acl_cnt, 4);
PLACE(struct acl, acl_entry, 24);

TAKES(__acl_get_fd, int(int, int, struct acl *));
TAKES(syscall, int(int, ...));
