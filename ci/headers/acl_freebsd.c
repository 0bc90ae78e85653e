/* What platform/src/evidence/acl_freebsd.rs and acl_nfs4.rs declare, compared with FreeBSD's headers. */

#include <sys/types.h>
#include <sys/acl.h>
#include <unistd.h>

#define SAME(name, value) _Static_assert((name) == (value), #name)
#define WIDTH(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define TAKES(call, ...) \
	_Static_assert(__builtin_types_compatible_p(__typeof__(call), __VA_ARGS__), #call)

SAME(ACL_TYPE_NFS4, 0x4);
SAME(ACL_FIRST_ENTRY, 0);
SAME(ACL_NEXT_ENTRY, 1);
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
