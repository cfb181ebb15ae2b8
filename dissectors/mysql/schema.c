/* What a MySQL record carries. */
#include "dissectors/mysql/message.h"

static const struct field_name types[] = {
    { MYSQL_GREETING, "greeting" }, { MYSQL_LOGIN, "login" }, { MYSQL_REQUEST, "request" }, { MYSQL_RESPONSE, "response" }, { 0, NULL }
};

static const struct field_name commands[] = {
    { 0x00, "sleep" }, { 0x01, "quit" }, { 0x02, "init_db" }, { 0x03, "query" }, { 0x04, "field_list" }, { 0x05, "create_db" }, { 0x06, "drop_db" },
    { 0x07, "refresh" }, { 0x08, "shutdown" }, { 0x09, "statistics" }, { 0x0a, "process_info" }, { 0x0b, "connect" }, { 0x0c, "process_kill" },
    { 0x0d, "debug" }, { 0x0e, "ping" }, { 0x0f, "time" }, { 0x10, "delayed_insert" }, { 0x11, "change_user" }, { 0x12, "binlog_dump" },
    { 0x13, "table_dump" }, { 0x14, "connect_out" }, { 0x15, "register_slave" }, { 0x16, "stmt_prepare" }, { 0x17, "stmt_execute" },
    { 0x18, "stmt_send_long_data" }, { 0x19, "stmt_close" }, { 0x1a, "stmt_reset" }, { 0x1b, "set_option" }, { 0x1c, "stmt_fetch" },
    { 0x1d, "daemon" }, { 0x1e, "binlog_dump_gtid" }, { 0x1f, "reset_connection" }, { 0, NULL }
};

static const struct field_name statuses[] = {
    { MYSQL_OK, "ok" }, { MYSQL_ERR, "error" }, { MYSQL_RESULT, "result_set" }, { MYSQL_WANTS_FILE, "wants_file" }, { 0, NULL }
};

static const struct field fields[] = {
    [MYSQL_TYPE]          = { .name = "type", .flags = FIELD_NAMED, .names = types, .about = "The server's greeting, a logon, a command or its answer." },
    [MYSQL_VERSION]       = { .name = "version", .type = FIELD_TEXT, .about = "Version of the server, as it says." },
    [MYSQL_CONNECTION_ID] = { .name = "connection_id", .about = "The server's number for this connection." },
    [MYSQL_AUTH_PLUGIN]   = { .name = "auth_plugin", .type = FIELD_TEXT, .about = "How passwords are proven." },
    [MYSQL_TLS]           = { .name = "tls", .type = FIELD_FLAG, .about = "TLS begins here." },
    [MYSQL_COMPRESSED]    = { .name = "compressed", .type = FIELD_FLAG, .about = "Commands and answers will be compressed, and are not read." },
    [MYSQL_USER]          = { .name = "user", .type = FIELD_TEXT, .about = "Who logs on." },
    [MYSQL_PASSWORD]      = { .name = "password", .type = FIELD_FLAG, .about = "A password is given (proven, not sent)." },
    [MYSQL_DATABASE]      = { .name = "database", .type = FIELD_TEXT, .about = "Database that is chosen, made or dropped." },
    [MYSQL_PROGRAM]       = { .name = "program", .type = FIELD_TEXT, .about = "The client's program, as it says." },
    [MYSQL_CLIENT]        = { .name = "client", .type = FIELD_TEXT, .about = "The client's library, as it says." },
    [MYSQL_COMMAND]       = { .name = "command", .flags = FIELD_NAMED, .names = commands, .about = "The command." },
    [MYSQL_QUERY]         = { .name = "query", .type = FIELD_TEXT, .about = "First 8 KiB of a statement." },
    [MYSQL_STATEMENT_ID]  = { .name = "statement_id", .about = "Number of a prepared statement." },
    [MYSQL_PROCESS_ID]    = { .name = "process_id", .about = "Connection that shall end." },
    [MYSQL_STATUS]        = { .name = "status", .flags = FIELD_NAMED, .names = statuses, .about = "How the command ended." },
    [MYSQL_AFFECTED_ROWS] = { .name = "affected_rows", .about = "Rows that a statement changed." },
    [MYSQL_INSERT_ID]     = { .name = "last_insert_id", .about = "Number that a row got." },
    [MYSQL_COLUMNS]       = { .name = "columns", .about = "Columns of the result." },
    [MYSQL_RESULT_ROWS]   = { .name = "rows", .about = "Rows of the result." },
    [MYSQL_LOCAL_FILE]    = { .name = "local_file", .type = FIELD_TEXT, .about = "File that the server asks the client for (LOAD DATA LOCAL)." },
    [MYSQL_ERROR_CODE]    = { .name = "error_code", .about = "Number of an error." },
    [MYSQL_SQL_STATE]     = { .name = "sql_state", .type = FIELD_TEXT, .about = "SQL's state of it." },
    [MYSQL_ERROR]         = { .name = "error", .type = FIELD_TEXT, .about = "Its text." },
};

_Static_assert(sizeof fields / sizeof fields[0] == MYSQL_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [MYSQL_MALFORMED] = { "malformed_data", "A packet that contradicts its own lengths." },
};

const struct schema mysql_schema = { "mysql", fields, MYSQL_ROWS, anomalies, MYSQL_ANOMALIES };
