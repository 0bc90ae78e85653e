/* What platform/src/evidence/acl_netbsd.rs and acl_nfs4.rs declare, compared with NetBSD's headers. */

/* The struct that the kernel fills is for the C library only. */
#define _ACL_PRIVATE
#include <sys/types.h>
#include <sys/acl.h>
#include <sys/syscall.h>
#include <stddef.h>
#include <unistd.h>

#define SAME(name, value) _Static_assert((name) == (value), #name)
#define WIDTH(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define PLACE(type, field, bytes) _Static_assert(offsetof(type, field) == (bytes), #field)
#define TAKES(call, ...) \
	_Static_assert(__builtin_types_compatible_p(__typeof__(call), __VA_ARGS__), #call)

SAME(ACL_TYPE_NFS4, 0x4);
SAME(_PC_ACL_NFS4, 17);
SAME(SYS___acl_get_fd, 493);
SAME(ACL_MAX_ENTRIES, 254);

SAME(ACL_USER_OBJ, 0x01);
SAME(ACL_USER, 0x02);
SAME(ACL_GROUP_OBJ, 0x04);
SAME(ACL_GROUP, 0x08);
SAME(ACL_EVERYONE, 0x40);
SAME(ACL_ENTRY_TYPE_ALLOW, 0x0100);
SAME(ACL_ENTRY_FILE_INHERIT, 0x0001);
SAME(ACL_ENTRY_INHERIT_ONLY, 0x0008);

SAME(ACL_ADD_FILE, 0x0010);
SAME(ACL_ADD_SUBDIRECTORY, 0x0020);
SAME(ACL_DELETE_CHILD, 0x0100);
SAME(ACL_DELETE, 0x0800);
SAME(ACL_WRITE_ACL, 0x2000);
SAME(ACL_WRITE_OWNER, 0x4000);
/* The same rights under the names for files. */
SAME(ACL_WRITE_DATA, ACL_ADD_FILE);
SAME(ACL_APPEND_DATA, ACL_ADD_SUBDIRECTORY);

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
