/* What is compared, and how. */

#define SAME(name, value) _Static_assert((name) == (value), #name)
#define WIDTH(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define PLACE(type, field, bytes) _Static_assert(offsetof(type, field) == (bytes), #field)
#define TAKES(call, ...) \
	_Static_assert(__builtin_types_compatible_p(__typeof__(call), __VA_ARGS__), #call)
