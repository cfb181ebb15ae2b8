/* Arguments of calls, XDR (RFC 4506): RFC 1094 for version 2, RFC 1813 for 3, RFC 7530 and 8881 for 4. */
#include "dissectors/nfs/fields.h"

#include <string.h>

enum { HANDLE2 = 32, HANDLE_MAX = 128, NAME_MOST = 4096, OPERATIONS_MAX = 64, STATE_ID = 16 };

/* Octets behind their length, padded to four. */
static struct cursor opaque(struct cursor *c, uint32_t most)
{
    uint32_t length = cursor_be32(c);
    if (c->status == CURSOR_OK && length > most)
        c->status = CURSOR_BAD;
    struct cursor bytes = cursor_sub(c, length);
    cursor_skip(c, (4 - length % 4) % 4);
    return bytes;
}

static void add_handle(struct record *r, uint32_t version, struct cursor *c)
{
    struct cursor handle = version == 2 ? cursor_sub(c, HANDLE2) : opaque(c, HANDLE_MAX);
    if (handle.status == CURSOR_OK)
        record_bytes(r, NFS_HHASH, handle.at, handle.left);
}

static void add_name(struct record *r, uint16_t row, struct cursor *c)
{
    struct cursor name = opaque(c, NAME_MOST);
    if (name.status == CURSOR_OK)
        record_bytes(r, row, name.at, name.left);
}

static void add_place(struct record *r, struct cursor *c, bool wide)
{
    uint64_t offset = wide ? cursor_be64(c) : cursor_be32(c);
    uint32_t count = cursor_be32(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, NFS_OFFSET, offset);
    record_uint(r, NFS_COUNT, count);
}

static void rename_read(struct record *r, uint32_t version, struct cursor *c)
{
    struct cursor to;
    add_handle(r, version, c);
    add_name(r, NFS_FILENAME, c);
    to = version == 2 ? cursor_sub(c, HANDLE2) : opaque(c, HANDLE_MAX);
    if (to.status == CURSOR_OK)
        add_name(r, NFS_RENAME_TO, c);
}

static bool is(const char *name, const char *list)
{
    size_t n = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

static bool all_of_it(const struct record *r)
{
    const struct value *offset = record_find(r, NFS_OFFSET), *count = record_find(r, NFS_COUNT);
    return offset != NULL && count != NULL && offset->uint == 0 && count->uint == 0;
}

/* What a call of versions 2 and 3 does with a file's content. Writes of version 2 are not followed, as in Suricata. */
static enum nfs_moves old_moves(const struct record *r, uint32_t version, const char *name, struct cursor *c)
{
    if (is(name, "READ"))
        return NFS_MOVES_READ;
    if (version == 3 && is(name, "COMMIT") && all_of_it(r))
        return NFS_MOVES_ENDS;
    if (version != 3 || !is(name, "WRITE"))
        return NFS_MOVES_NOTHING;
    cursor_skip(c, 8);                      /* how stable, and the data's length, which is .count */
    return NFS_MOVES_WRITE;
}

static enum nfs_moves old_call(struct record *r, uint32_t version, const char *name, struct cursor *c)
{
    if (is(name, "NULL ROOT WRITECACHE"))
        return NFS_MOVES_NOTHING;
    if (is(name, "RENAME")) {
        rename_read(r, version, c);
        return NFS_MOVES_NOTHING;
    }
    add_handle(r, version, c);
    if (is(name, "LOOKUP CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR"))
        add_name(r, NFS_FILENAME, c);
    if (is(name, "READ") || (version == 3 && is(name, "WRITE COMMIT")))
        add_place(r, c, version == 3);
    if (is(name, "LINK")) {
        struct cursor directory = version == 2 ? cursor_sub(c, HANDLE2) : opaque(c, HANDLE_MAX);
        if (directory.status == CURSOR_OK)
            add_name(r, NFS_RENAME_TO, c);
    }
    return old_moves(r, version, name, c);
}

/* --- version 4: one call is a row of operations --------------------------------------------------------------------- */

static void bitmap(struct cursor *c)
{
    uint32_t words = cursor_be32(c);
    if (words > 8)
        c->status = c->status == CURSOR_OK ? CURSOR_BAD : c->status;
    cursor_skip(c, (size_t)words * 4);
}

static void attributes(struct cursor *c)
{
    bitmap(c);
    (void)opaque(c, UINT16_MAX);
}

/* RFC 7530 section 16.16: false when the claim is of another kind than a name. */
static bool open_read(struct record *r, struct cursor *c)
{
    enum { CREATE = 1, EXCLUSIVE = 2, EXCLUSIVE_WITH = 3 };
    cursor_skip(c, 12 + 8);
    (void)opaque(c, 1024);
    if (cursor_be32(c) == CREATE) {
        uint32_t mode = cursor_be32(c);
        cursor_skip(c, mode >= EXCLUSIVE ? 8 : 0);
        if (mode != EXCLUSIVE)
            attributes(c);
    }
    uint32_t claim = cursor_be32(c);
    if (c->status == CURSOR_OK && claim == 0)
        add_name(r, NFS_FILENAME, c);
    return claim == 0;
}

static const struct operation {
    uint32_t    number;
    const char *name;
    char        form;       /* n name, h handle, b bitmap, o open, r rename, w write, R read, D directory, C create, . fixed */
    uint8_t     fixed;      /* bytes of a fixed form */
} operations[] = {
    { 3, "ACCESS", '.', 4 }, { 4, "CLOSE", '.', 4 + STATE_ID }, { 5, "COMMIT", '.', 12 }, { 6, "CREATE", 'C', 0 }, { 8, "DELEGRETURN", '.', STATE_ID },
    { 9, "GETATTR", 'b', 0 }, { 10, "GETFH", '.', 0 }, { 11, "LINK", 'n', 0 }, { 15, "LOOKUP", 'n', 0 }, { 16, "LOOKUPP", '.', 0 },
    { 18, "OPEN", 'o', 0 }, { 20, "OPEN_CONFIRM", '.', STATE_ID + 4 }, { 22, "PUTFH", 'h', 0 }, { 23, "PUTPUBFH", '.', 0 },
    { 24, "PUTROOTFH", '.', 0 }, { 25, "READ", 'R', 0 }, { 26, "READDIR", 'D', 0 }, { 27, "READLINK", '.', 0 }, { 28, "REMOVE", 'n', 0 },
    { 29, "RENAME", 'r', 0 }, { 30, "RENEW", '.', 8 }, { 31, "RESTOREFH", '.', 0 }, { 32, "SAVEFH", '.', 0 }, { 33, "SECINFO", 'n', 0 },
    { 34, "SETATTR", 's', 0 }, { 38, "WRITE", 'w', 0 }, { 53, "SEQUENCE", '.', 32 }, { 44, "DESTROY_SESSION", '.', 16 },
    { 58, "RECLAIM_COMPLETE", '.', 4 }
};

static const struct operation *operation_of(uint32_t number)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (operations[i].number == number)
            return &operations[i];
    return NULL;
}

/* A new object of a compound: a link has its target before its name, a device its numbers. */
static void create_read(struct record *r, struct cursor *c)
{
    enum { BLOCK = 3, CHARACTER = 4, LINK = 5 };
    uint32_t type = cursor_be32(c);
    if (type == LINK)
        (void)opaque(c, NAME_MOST);
    else if (type == BLOCK || type == CHARACTER)
        cursor_skip(c, 8);
    add_name(r, NFS_FILENAME, c);
    attributes(c);
}

/* False: what follows cannot be found. */
static bool operation_read(struct record *r, const struct operation *o, struct cursor *c)
{
    switch (o->form) {
    case 'n': add_name(r, NFS_FILENAME, c); break;
    case 'h': add_handle(r, 4, c); break;
    case 'b': bitmap(c); break;
    case 'C': create_read(r, c); break;
    case 'o': return open_read(r, c);
    case 'r': add_name(r, NFS_FILENAME, c); add_name(r, NFS_RENAME_TO, c); break;
    case 's': cursor_skip(c, STATE_ID); attributes(c); break;
    case 'R': cursor_skip(c, STATE_ID); add_place(r, c, true); break;
    case 'D': cursor_skip(c, 24); bitmap(c); break;
    case 'w':
        cursor_skip(c, STATE_ID);
        record_uint(r, NFS_OFFSET, cursor_be64(c));
        cursor_skip(c, 4);
        record_uint(r, NFS_COUNT, cursor_be32(c));
        return false;       /* the data, in bulk; what stands behind it is seldom more than GETATTR */
    default:  cursor_skip(c, o->fixed); break;
    }
    return c->status == CURSOR_OK;
}

static enum nfs_moves moves_of(uint32_t operation)
{
    enum { CLOSE = 4, READ = 25, WRITE = 38 };
    return operation == READ ? NFS_MOVES_READ : operation == WRITE ? NFS_MOVES_WRITE : operation == CLOSE ? NFS_MOVES_ENDS : NFS_MOVES_NOTHING;
}

static enum nfs_moves compound_read(struct record *r, struct cursor *c)
{
    enum nfs_moves moves = NFS_MOVES_NOTHING;
    (void)opaque(c, 1024);                  /* tag */
    cursor_skip(c, 4);                      /* minor version */
    uint32_t count = cursor_be32(c);
    for (uint32_t i = 0; i < count && i < OPERATIONS_MAX && c->status == CURSOR_OK; i++) {
        const struct operation *o = operation_of(cursor_be32(c));
        if (o == NULL || c->status != CURSOR_OK)
            return moves;
        record_bytes(r, NFS_OPERATIONS, o->name, strlen(o->name));
        bool found = operation_read(r, o, c);
        if (c->status == CURSOR_OK && moves_of(o->number) != NFS_MOVES_NOTHING)
            moves = moves_of(o->number);
        if (!found)
            return moves;
    }
    return moves;
}

enum nfs_moves nfs_call_read(struct record *r, uint32_t version, uint32_t procedure, struct cursor *arguments)
{
    const char *name = nfs_procedure_name(version, procedure);
    if (name == NULL)
        return NFS_MOVES_NOTHING;
    if (version == 4 && procedure == 1)
        return compound_read(r, arguments);
    return version < 4 ? old_call(r, version, name, arguments) : NFS_MOVES_NOTHING;
}
