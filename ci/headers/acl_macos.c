/*
 * What platform/src/evidence/acl_macos.rs declares, compared with macOS's headers; all but
 * mbr_uuid_to_id, ID_TYPE_UID and ID_TYPE_GID where membership.h is missing (as in ziglang).
 */

#include <sys/types.h>
#include <sys/acl.h>
#include <sys/kauth.h>

#include "compare.h"

SAME(ACL_TYPE_EXTENDED, 0x100);
SAME(ACL_FIRST_ENTRY, 0);
SAME(ACL_NEXT_ENTRY, -1);
SAME(ACL_EXTENDED_ALLOW, 1);
SAME(ACL_ENTRY_FILE_INHERIT, 1 << 5);
SAME(ACL_ENTRY_ONLY_INHERIT, 1 << 8);

SAME(ACL_ADD_FILE, 1 << 2);
SAME(ACL_DELETE, 1 << 4);
SAME(ACL_ADD_SUBDIRECTORY, 1 << 5);
SAME(ACL_DELETE_CHILD, 1 << 6);
SAME(ACL_WRITE_SECURITY, 1 << 12);
SAME(ACL_CHANGE_OWNER, 1 << 13);
SAME(KAUTH_ACE_GENERIC_ALL, 1 << 21);
SAME(KAUTH_ACE_GENERIC_WRITE, 1 << 23);
/* The same rights under the names for files. */
SAME(ACL_WRITE_DATA, ACL_ADD_FILE);
SAME(ACL_APPEND_DATA, ACL_ADD_SUBDIRECTORY);

/* Enumerations, passed and written as an int has it; handles are pointers, opaque to us. */
WIDTH(acl_type_t, 4);
WIDTH(acl_tag_t, 4);
WIDTH(acl_flag_t, 4);
WIDTH(acl_permset_mask_t, 8);
WIDTH(acl_t, sizeof(void *));
WIDTH(acl_entry_t, sizeof(void *));
WIDTH(acl_flagset_t, sizeof(void *));
WIDTH(guid_t, 16);
WIDTH(id_t, 4);

TAKES(acl_free, int(void *));
TAKES(acl_get_entry, int(acl_t, int, acl_entry_t *));
TAKES(acl_get_fd_np, acl_t(int, acl_type_t));
TAKES(acl_get_flag_np, int(acl_flagset_t, acl_flag_t));
TAKES(acl_get_flagset_np, int(void *, acl_flagset_t *));
TAKES(acl_get_permset_mask_np, int(acl_entry_t, acl_permset_mask_t *));
TAKES(acl_get_qualifier, void *(acl_entry_t));
TAKES(acl_get_tag_type, int(acl_entry_t, acl_tag_t *));

#if __has_include(<membership.h>)
#include <membership.h>
SAME(ID_TYPE_UID, 0);
SAME(ID_TYPE_GID, 1);
TAKES(mbr_uuid_to_id, int(const unsigned char *, id_t *, int *));
#endif
