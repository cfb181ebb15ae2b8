/* What an NFS record carries, by EVE's names where EVE has one. */
#include "dissectors/nfs/fields.h"

#include <stddef.h>

static const struct field_name kinds[] = { { NFS_CALL, "request" }, { NFS_REPLY, "response" }, { 0, NULL } };

/* RFC 1813 section 2.6, RFC 7530 section 13; those of version 2 have the same numbers. */
static const struct field_name statuses[] = {
    { 0, "OK" }, { 1, "ERR_PERM" }, { 2, "ERR_NOENT" }, { 5, "ERR_IO" }, { 6, "ERR_NXIO" }, { 13, "ERR_ACCESS" }, { 17, "ERR_EXIST" },
    { 18, "ERR_XDEV" }, { 19, "ERR_NODEV" }, { 20, "ERR_NOTDIR" }, { 21, "ERR_ISDIR" }, { 22, "ERR_INVAL" }, { 27, "ERR_FBIG" },
    { 28, "ERR_NOSPC" }, { 30, "ERR_ROFS" }, { 31, "ERR_MLINK" }, { 63, "ERR_NAMETOOLONG" }, { 66, "ERR_NOTEMPTY" }, { 69, "ERR_DQUOT" },
    { 70, "ERR_STALE" }, { 71, "ERR_REMOTE" }, { 10001, "ERR_BADHANDLE" }, { 10002, "ERR_NOT_SYNC" }, { 10003, "ERR_BAD_COOKIE" },
    { 10004, "ERR_NOTSUPP" }, { 10005, "ERR_TOOSMALL" }, { 10006, "ERR_SERVERFAULT" }, { 10007, "ERR_BADTYPE" }, { 10008, "ERR_JUKEBOX" },
    { 10011, "ERR_EXPIRED" }, { 10012, "ERR_LOCKED" }, { 10013, "ERR_GRACE" }, { 10014, "ERR_FHEXPIRED" }, { 10016, "ERR_WRONGSEC" },
    { 10020, "ERR_NOFILEHANDLE" }, { 10021, "ERR_MINOR_VERS_MISMATCH" }, { 10044, "ERR_OP_ILLEGAL" }, { 0, NULL }
};

static const struct field_name rpc_statuses[] = { { 0, "ACCEPTED" }, { 1, "DENIED" }, { 0, NULL } };

static const struct field_name auths[] = {
    { 0, "NULL" }, { 1, "UNIX" }, { 2, "SHORT" }, { 3, "DH" }, { 6, "GSS" }, { 0, NULL }
};

#define TEXT_OF(what) .name = what, .type = FIELD_TEXT
#define OF_RPC .in = NFS_RPC + 1
static const struct field fields[] = {
    [NFS_VERSION]        = { .name = "version", .about = "Version of NFS; in a response, of its request." },
    [NFS_PROCEDURE]      = { TEXT_OF("procedure"), .about = "What is asked or answered." },
    [NFS_RULE_VERSION]   = { .name = "request_version", .flags = FIELD_HIDDEN, .aliases = "nfs_version", .about = "Version of NFS, of a request." },
    [NFS_RULE_PROCEDURE] = { .name = "procedure_number", .flags = FIELD_HIDDEN, .about = "Number of the procedure, of a request." },
    [NFS_ID]             = { .name = "id", .about = "Number of the call in this conversation." },
    [NFS_TYPE]           = { .name = "type", .flags = FIELD_NAMED, .names = kinds, .about = "Request or response." },
    [NFS_STATUS]         = { .name = "status", .flags = FIELD_NAMED, .names = statuses, .about = "Status of a response." },
    [NFS_FILENAME]       = { TEXT_OF("filename"), .flags = FIELD_MANY, .about = "Name in its directory that the call is about." },
    [NFS_RENAME_TO]      = { TEXT_OF("rename_to"), .about = "The new name." },
    [NFS_HHASH]          = { .name = "handle", .type = FIELD_BYTES, .about = "Handle of the file or directory." },
    [NFS_OFFSET]         = { .name = "offset", .unit = "bytes", .about = "Where in the file is read or written." },
    [NFS_COUNT]          = { .name = "count", .unit = "bytes", .about = "How much is read or written." },
    [NFS_OPERATIONS]     = { TEXT_OF("operations"), .flags = FIELD_MANY, .about = "Version 4: the operations of a compound, as far as they could be read." },
    [NFS_RPC]            = { .name = "rpc", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The remote procedure call around it." },
    [NFS_RPC_XID]        = { .name = "xid", OF_RPC, .about = "Number that pairs request and response." },
    [NFS_RPC_STATUS]     = { .name = "status", OF_RPC, .flags = FIELD_NAMED, .names = rpc_statuses, .about = "Whether the server took the call." },
    [NFS_RPC_AUTH]       = { .name = "auth_type", OF_RPC, .flags = FIELD_NAMED, .names = auths, .about = "How the caller says who he is." },
    [NFS_RPC_MACHINE]    = { TEXT_OF("machine_name"), OF_RPC, .about = "The caller's machine." },
    [NFS_RPC_UID]        = { .name = "uid", OF_RPC, .about = "The caller's user." },
    [NFS_RPC_GID]        = { .name = "gid", OF_RPC, .about = "The caller's group." },
    FILE_FIELDS(NFS_FILES)
};
_Static_assert(sizeof fields / sizeof fields[0] == NFS_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [NFS_MALFORMED_DATA]        = { "malformed_data", "A message that contradicts its own lengths." },
    [NFS_NONEXISTENT_VERSION]   = { "nonexistent_version", "A version of NFS that there is not." },
    [NFS_UNSUPPORTED_VERSION]   = { "unsupported_version", "Never: kept for rules that name it." },
    [NFS_TOO_MANY_TRANSACTIONS] = { "too_many_transactions", "Never: kept for rules that name it." },
};

const struct schema nfs_schema = {
    .name = "nfs", .fields = fields, .count = NFS_ROWS, .anomalies = anomalies, .anomaly_count = NFS_ANOMALIES
};

const char *nfs_procedure_name(uint32_t version, uint32_t procedure)
{
    static const char *const two[] = { "NULL", "GETATTR", "SETATTR", "ROOT", "LOOKUP", "READLINK", "READ", "WRITECACHE", "WRITE",
                                       "CREATE", "REMOVE", "RENAME", "LINK", "SYMLINK", "MKDIR", "RMDIR", "READDIR", "STATFS" };
    static const char *const three[] = { "NULL", "GETATTR", "SETATTR", "LOOKUP", "ACCESS", "READLINK", "READ", "WRITE", "CREATE", "MKDIR",
                                         "SYMLINK", "MKNOD", "REMOVE", "RMDIR", "RENAME", "LINK", "READDIR", "READDIRPLUS", "FSSTAT",
                                         "FSINFO", "PATHCONF", "COMMIT" };
    static const char *const four[] = { "NULL", "COMPOUND" };
    if (version == 2)
        return procedure < sizeof two / sizeof two[0] ? two[procedure] : NULL;
    if (version == 3)
        return procedure < sizeof three / sizeof three[0] ? three[procedure] : NULL;
    return version == 4 && procedure < sizeof four / sizeof four[0] ? four[procedure] : NULL;
}
