/* message - what the files of this folder share: rows, anomalies, what a session remembers. */
#ifndef DISSECTORS_MYSQL_MESSAGE_H
#define DISSECTORS_MYSQL_MESSAGE_H

#include "dissectors/mysql/mysql.h"

enum mysql_row {
    MYSQL_TYPE, MYSQL_VERSION, MYSQL_CONNECTION_ID, MYSQL_AUTH_PLUGIN, MYSQL_TLS, MYSQL_COMPRESSED,
    MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE, MYSQL_PROGRAM, MYSQL_CLIENT,
    MYSQL_COMMAND, MYSQL_QUERY, MYSQL_STATEMENT_ID, MYSQL_PROCESS_ID,
    MYSQL_STATUS, MYSQL_AFFECTED_ROWS, MYSQL_INSERT_ID, MYSQL_COLUMNS, MYSQL_RESULT_ROWS, MYSQL_LOCAL_FILE,
    MYSQL_ERROR_CODE, MYSQL_SQL_STATE, MYSQL_ERROR, MYSQL_ROWS
};

enum mysql_type { MYSQL_GREETING, MYSQL_LOGIN, MYSQL_REQUEST, MYSQL_RESPONSE };
enum mysql_status { MYSQL_OK, MYSQL_ERR, MYSQL_RESULT, MYSQL_WANTS_FILE };
enum mysql_anomaly { MYSQL_MALFORMED, MYSQL_ANOMALIES };

enum mysql_command {
    MYSQL_QUIT = 1, MYSQL_INIT_DB = 2, MYSQL_COM_QUERY = 3, MYSQL_FIELD_LIST = 4, MYSQL_CREATE_DB = 5, MYSQL_DROP_DB = 6, MYSQL_STATISTICS = 9,
    MYSQL_PROCESS_KILL = 12, MYSQL_CHANGE_USER = 17, MYSQL_BINLOG_DUMP = 18, MYSQL_STMT_PREPARE = 22, MYSQL_STMT_EXECUTE = 23,
    MYSQL_STMT_SEND_LONG_DATA = 24, MYSQL_STMT_CLOSE = 25, MYSQL_STMT_RESET = 26, MYSQL_STMT_FETCH = 28, MYSQL_BINLOG_DUMP_GTID = 30,
    MYSQL_COMMANDS = 32
};

enum mysql_capability {         /* Protocol::CapabilityFlags */
    CAP_WITH_DB = 1 << 3, CAP_COMPRESS = 1 << 5, CAP_PROTOCOL_41 = 1 << 9, CAP_SSL = 1 << 11, CAP_SECURE = 1 << 15, CAP_PLUGIN_AUTH = 1 << 19,
    CAP_ATTRIBUTES = 1 << 20, CAP_LENENC_AUTH = 1 << 21, CAP_DEPRECATE_EOF = 1 << 24, CAP_QUERY_ATTRIBUTES = 1 << 27
};

enum mysql_phase { PHASE_GREETING, PHASE_LOGIN, PHASE_AUTH, PHASE_COMMANDS };
enum mysql_answer { ANSWER_NONE, ANSWER_FIRST, ANSWER_COLUMNS, ANSWER_COLUMNS_END, ANSWER_ROWS, ANSWER_FILE, ANSWER_IGNORED };

struct mysql_state {
    uint64_t asked, columns, columns_left, rows;
    uint64_t skip[2];           /* of a long packet: octets still to come */
    uint32_t capabilities;      /* the client's, which are those of both */
    uint8_t  phase, answer;     /* enum mysql_phase, enum mysql_answer */
    uint8_t  command;           /* that is being answered */
    bool     continues[2];      /* the next packet goes on with one of 16 MiB */
    bool     tls, compressed;   /* begins now */
};

struct mysql_packet {
    struct cursor body;         /* what is kept of it */
    uint32_t      length;       /* of all of it */
    uint8_t       sequence;
};

extern const struct schema mysql_schema;

/* login.c: the connection phase. */
enum probe mysql_greeting_probe(struct cursor packet, uint32_t length);
void mysql_greeting(struct conversation *conv, struct mysql_packet *p);
void mysql_login(struct conversation *conv, struct mysql_packet *p);
void mysql_change_user(struct record *r, struct cursor *c);

/* Numbers in one to nine octets (Protocol::LengthEncodedInteger). */
static inline uint64_t mysql_number(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    if (first < 0xfb)
        return first;
    if (first == 0xfc)
        return cursor_le16(c);
    if (first == 0xfd)
        return cursor_le24(c);
    if (first == 0xfe)
        return cursor_le64(c);
    if (c->status == CURSOR_OK)
        c->status = CURSOR_BAD;
    return 0;
}

static inline struct cursor mysql_string(struct cursor *c)
{
    uint64_t n = mysql_number(c);
    return cursor_sub(c, n < SIZE_MAX ? (size_t)n : SIZE_MAX);
}

/* Up to a zero, which is taken too; BAD when there is none. */
struct cursor mysql_text(struct cursor *c);

#endif
