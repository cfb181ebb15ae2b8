/* fields - NFS's rows and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_NFS_FIELDS_H
#define DISSECTORS_NFS_FIELDS_H

#include "common/cursor.h"
#include "dissectors/framing/file.h"
#include "events/record.h"

enum nfs_row {
    NFS_VERSION, NFS_PROCEDURE, NFS_RULE_VERSION, NFS_RULE_PROCEDURE, NFS_ID, NFS_TYPE, NFS_STATUS, NFS_FILENAME, NFS_RENAME_TO,
    NFS_HHASH, NFS_OFFSET, NFS_COUNT, NFS_OPERATIONS,
    NFS_RPC, NFS_RPC_XID, NFS_RPC_STATUS, NFS_RPC_AUTH, NFS_RPC_MACHINE, NFS_RPC_UID, NFS_RPC_GID,
    NFS_FILES, NFS_ROWS = NFS_FILES + FILE_ROWS
};

enum nfs_anomaly { NFS_MALFORMED_DATA, NFS_NONEXISTENT_VERSION, NFS_UNSUPPORTED_VERSION, NFS_TOO_MANY_TRANSACTIONS, NFS_ANOMALIES };

enum nfs_kind { NFS_CALL, NFS_REPLY };

enum nfs_moves { NFS_MOVES_NOTHING, NFS_MOVES_READ, NFS_MOVES_WRITE, NFS_MOVES_ENDS };      /* ENDS: all of a file was written */

extern const struct schema nfs_schema;

/* "LOOKUP", or NULL. */
const char *nfs_procedure_name(uint32_t version, uint32_t procedure);

/* The arguments of a call (calls.c), whose end may not be here: a message in bulk. What it does with a file's content is told;
 * of a write `arguments` then stands on the data. */
enum nfs_moves nfs_call_read(struct record *r, uint32_t version, uint32_t procedure, struct cursor *arguments);

#endif
