/* What platform/src/evidence/acl_freebsd.rs and acl_nfs4.rs declare, compared with FreeBSD's headers. */

#include <sys/types.h>
#include <sys/acl.h>
#include <unistd.h>

#include "compare.h"
#include "nfs4.h"

SAME(ACL_FIRST_ENTRY, 0);
SAME(ACL_NEXT_ENTRY, 1);

/* libc has this one; all the same, it decides whether a list is looked at. */
SAME(_PC_ACL_NFS4, 64);

WIDTH(uid_t, 4);
WIDTH(gid_t, 4);
TAKES((acl_type_t)0, unsigned int);
TAKES((acl_tag_t)0, unsigned int);
TAKES((acl_perm_t)0, unsigned int);
TAKES((acl_flag_t)0, unsigned short);
TAKES((acl_entry_type_t)0, unsigned short);

TAKES(acl_free, int(void *));
TAKES(acl_get_entry, int(void *, int, void **));
TAKES(acl_get_entry_type_np, int(void *, unsigned short *));
TAKES(acl_get_fd_np, void *(int, unsigned int));
TAKES(acl_get_flag_np, int(unsigned short *, unsigned short));
TAKES(acl_get_flagset_np, int(void *, unsigned short **));
TAKES(acl_get_perm_np, int(unsigned int *, unsigned int));
TAKES(acl_get_permset, int(void *, unsigned int **));
TAKES(acl_get_qualifier, void *(void *));
TAKES(acl_get_tag_type, int(void *, unsigned int *));
TAKES(acl_is_trivial_np, int(void *, int *));
