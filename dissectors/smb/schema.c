/* What an SMB record carries, by EVE's names where EVE has one. */
#include "dissectors/smb/fields.h"

static const struct field_name commands[] = {
    { 0x00, "SMB1_COMMAND_CREATE_DIRECTORY" }, { 0x01, "SMB1_COMMAND_DELETE_DIRECTORY" }, { 0x02, "SMB1_COMMAND_OPEN" },
    { 0x03, "SMB1_COMMAND_CREATE" }, { 0x04, "SMB1_COMMAND_CLOSE" }, { 0x05, "SMB1_COMMAND_FLUSH" }, { 0x06, "SMB1_COMMAND_DELETE" },
    { 0x07, "SMB1_COMMAND_RENAME" }, { 0x08, "SMB1_COMMAND_QUERY_INFORMATION" }, { 0x09, "SMB1_COMMAND_SET_INFORMATION" },
    { 0x0a, "SMB1_COMMAND_READ" }, { 0x0b, "SMB1_COMMAND_WRITE" }, { 0x0c, "SMB1_COMMAND_LOCK_BYTE_RANGE" },
    { 0x0d, "SMB1_COMMAND_UNLOCK_BYTE_RANGE" }, { 0x0e, "SMB1_COMMAND_CREATE_TEMPORARY" }, { 0x0f, "SMB1_COMMAND_CREATE_NEW" },
    { 0x10, "SMB1_COMMAND_CHECK_DIRECTORY" }, { 0x11, "SMB1_COMMAND_PROCESS_EXIT" }, { 0x12, "SMB1_COMMAND_SEEK" },
    { 0x13, "SMB1_COMMAND_LOCK_AND_READ" }, { 0x14, "SMB1_COMMAND_WRITE_AND_UNLOCK" }, { 0x24, "SMB1_COMMAND_LOCKING_ANDX" },
    { 0x25, "SMB1_COMMAND_TRANS" }, { 0x26, "SMB1_COMMAND_TRANS_SECONDARY" }, { 0x2b, "SMB1_COMMAND_ECHO" },
    { 0x2c, "SMB1_COMMAND_WRITE_AND_CLOSE" }, { 0x2d, "SMB1_COMMAND_OPEN_ANDX" }, { 0x2e, "SMB1_COMMAND_READ_ANDX" },
    { 0x2f, "SMB1_COMMAND_WRITE_ANDX" }, { 0x32, "SMB1_COMMAND_TRANS2" }, { 0x33, "SMB1_COMMAND_TRANS2_SECONDARY" },
    { 0x34, "SMB1_COMMAND_FIND_CLOSE2" }, { 0x70, "SMB1_COMMAND_TREE_CONNECT" }, { 0x71, "SMB1_COMMAND_TREE_DISCONNECT" },
    { 0x72, "SMB1_COMMAND_NEGOTIATE_PROTOCOL" }, { 0x73, "SMB1_COMMAND_SESSION_SETUP_ANDX" }, { 0x74, "SMB1_COMMAND_LOGOFF_ANDX" },
    { 0x75, "SMB1_COMMAND_TREE_CONNECT_ANDX" }, { 0x80, "SMB1_COMMAND_QUERY_INFO_DISK" }, { 0x81, "SMB1_COMMAND_SEARCH" },
    { 0xa0, "SMB1_COMMAND_NT_TRANS" }, { 0xa1, "SMB1_COMMAND_NT_TRANS_SECONDARY" }, { 0xa2, "SMB1_COMMAND_NT_CREATE_ANDX" },
    { 0xa4, "SMB1_COMMAND_NT_CANCEL" }, { 0xa5, "SMB1_COMMAND_NT_RENAME" },
    { SMB2_COMMANDS + 0, "SMB2_COMMAND_NEGOTIATE_PROTOCOL" }, { SMB2_COMMANDS + 1, "SMB2_COMMAND_SESSION_SETUP" },
    { SMB2_COMMANDS + 2, "SMB2_COMMAND_SESSION_LOGOFF" }, { SMB2_COMMANDS + 3, "SMB2_COMMAND_TREE_CONNECT" },
    { SMB2_COMMANDS + 4, "SMB2_COMMAND_TREE_DISCONNECT" }, { SMB2_COMMANDS + 5, "SMB2_COMMAND_CREATE" },
    { SMB2_COMMANDS + 6, "SMB2_COMMAND_CLOSE" }, { SMB2_COMMANDS + 7, "SMB2_COMMAND_FLUSH" }, { SMB2_COMMANDS + 8, "SMB2_COMMAND_READ" },
    { SMB2_COMMANDS + 9, "SMB2_COMMAND_WRITE" }, { SMB2_COMMANDS + 10, "SMB2_COMMAND_LOCK" }, { SMB2_COMMANDS + 11, "SMB2_COMMAND_IOCTL" },
    { SMB2_COMMANDS + 12, "SMB2_COMMAND_CANCEL" }, { SMB2_COMMANDS + 13, "SMB2_COMMAND_KEEPALIVE" },
    { SMB2_COMMANDS + 14, "SMB2_COMMAND_FIND" }, { SMB2_COMMANDS + 15, "SMB2_COMMAND_CHANGE_NOTIFY" },
    { SMB2_COMMANDS + 16, "SMB2_COMMAND_GET_INFO" }, { SMB2_COMMANDS + 17, "SMB2_COMMAND_SET_INFO" },
    { SMB2_COMMANDS + 18, "SMB2_COMMAND_OPLOCK_BREAK" }, { 0, NULL }
};

/* MS-ERREF 2.3, those that file sharing and its abuse bring about. */
static const struct field_name statuses[] = {
    { 0x00000000, "STATUS_SUCCESS" }, { 0x00000103, "STATUS_PENDING" }, { 0x0000010b, "STATUS_NOTIFY_CLEANUP" },
    { 0x0000010c, "STATUS_NOTIFY_ENUM_DIR" }, { 0x80000005, "STATUS_BUFFER_OVERFLOW" }, { 0x80000006, "STATUS_NO_MORE_FILES" },
    { 0x8000002d, "STATUS_STOPPED_ON_SYMLINK" }, { 0xc0000001, "STATUS_UNSUCCESSFUL" }, { 0xc0000002, "STATUS_NOT_IMPLEMENTED" },
    { 0xc0000003, "STATUS_INVALID_INFO_CLASS" }, { 0xc0000004, "STATUS_INFO_LENGTH_MISMATCH" }, { 0xc0000008, "STATUS_INVALID_HANDLE" },
    { 0xc000000d, "STATUS_INVALID_PARAMETER" }, { 0xc000000e, "STATUS_NO_SUCH_DEVICE" }, { 0xc000000f, "STATUS_NO_SUCH_FILE" },
    { 0xc0000010, "STATUS_INVALID_DEVICE_REQUEST" }, { 0xc0000011, "STATUS_END_OF_FILE" },
    { 0xc0000016, "STATUS_MORE_PROCESSING_REQUIRED" }, { 0xc000001e, "STATUS_INVALID_VIEW_SIZE" }, { 0xc0000022, "STATUS_ACCESS_DENIED" },
    { 0xc0000023, "STATUS_BUFFER_TOO_SMALL" }, { 0xc0000033, "STATUS_OBJECT_NAME_INVALID" },
    { 0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND" }, { 0xc0000035, "STATUS_OBJECT_NAME_COLLISION" },
    { 0xc000003a, "STATUS_OBJECT_PATH_NOT_FOUND" }, { 0xc0000043, "STATUS_SHARING_VIOLATION" }, { 0xc0000054, "STATUS_FILE_LOCK_CONFLICT" },
    { 0xc0000056, "STATUS_DELETE_PENDING" }, { 0xc0000061, "STATUS_PRIVILEGE_NOT_HELD" }, { 0xc0000064, "STATUS_NO_SUCH_USER" },
    { 0xc000006a, "STATUS_WRONG_PASSWORD" }, { 0xc000006d, "STATUS_LOGON_FAILURE" }, { 0xc000006e, "STATUS_ACCOUNT_RESTRICTION" },
    { 0xc000006f, "STATUS_INVALID_LOGON_HOURS" }, { 0xc0000070, "STATUS_INVALID_WORKSTATION" }, { 0xc0000071, "STATUS_PASSWORD_EXPIRED" },
    { 0xc0000072, "STATUS_ACCOUNT_DISABLED" }, { 0xc000007f, "STATUS_DISK_FULL" }, { 0xc000009a, "STATUS_INSUFFICIENT_RESOURCES" },
    { 0xc00000ac, "STATUS_PIPE_NOT_AVAILABLE" }, { 0xc00000ad, "STATUS_INVALID_PIPE_STATE" }, { 0xc00000ae, "STATUS_PIPE_BUSY" },
    { 0xc00000b0, "STATUS_PIPE_DISCONNECTED" }, { 0xc00000b5, "STATUS_IO_TIMEOUT" }, { 0xc00000ba, "STATUS_FILE_IS_A_DIRECTORY" },
    { 0xc00000bb, "STATUS_NOT_SUPPORTED" }, { 0xc00000c9, "STATUS_NETWORK_NAME_DELETED" }, { 0xc00000ca, "STATUS_NETWORK_ACCESS_DENIED" },
    { 0xc00000cb, "STATUS_BAD_DEVICE_TYPE" }, { 0xc00000cc, "STATUS_BAD_NETWORK_NAME" }, { 0xc00000d0, "STATUS_REQUEST_NOT_ACCEPTED" },
    { 0xc0000101, "STATUS_DIRECTORY_NOT_EMPTY" }, { 0xc0000103, "STATUS_NOT_A_DIRECTORY" }, { 0xc0000120, "STATUS_CANCELLED" },
    { 0xc0000128, "STATUS_FILE_CLOSED" }, { 0xc000014b, "STATUS_PIPE_BROKEN" }, { 0xc000015b, "STATUS_LOGON_TYPE_NOT_GRANTED" },
    { 0xc0000193, "STATUS_ACCOUNT_EXPIRED" }, { 0xc0000203, "STATUS_USER_SESSION_DELETED" }, { 0xc0000205, "STATUS_INSUFF_SERVER_RESOURCES" },
    { 0xc0000224, "STATUS_PASSWORD_MUST_CHANGE" }, { 0xc0000225, "STATUS_NOT_FOUND" }, { 0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT" },
    { 0xc0000257, "STATUS_PATH_NOT_COVERED" }, { 0xc000035c, "STATUS_NETWORK_SESSION_EXPIRED" }, { 0xc0000466, "STATUS_SERVER_UNAVAILABLE" },
    { 0, NULL }
};

static const struct field_name dispositions[] = {
    { 0, "FILE_SUPERSEDE" }, { 1, "FILE_OPEN" }, { 2, "FILE_CREATE" }, { 3, "FILE_OPEN_IF" }, { 4, "FILE_OVERWRITE" },
    { 5, "FILE_OVERWRITE_IF" }, { 0, NULL }
};

static const struct field_name share_types[] = { { 1, "FILE" }, { 2, "PIPE" }, { 3, "PRINT" }, { 0, NULL } };

static const struct field_name accesses[] = { { 0, "normal" }, { 1, "delete on close" }, { 0, NULL } };

static const struct field_name functions[] = {
    { 0x00060194, "FSCTL_DFS_GET_REFERRALS" }, { 0x0011400c, "FSCTL_PIPE_PEEK" }, { 0x00110018, "FSCTL_PIPE_WAIT" },
    { 0x0011c017, "FSCTL_PIPE_TRANSCEIVE" }, { 0x001440f2, "FSCTL_SRV_COPYCHUNK" }, { 0x00144064, "FSCTL_SRV_ENUMERATE_SNAPSHOTS" },
    { 0x00140078, "FSCTL_SRV_REQUEST_RESUME_KEY" }, { 0x001401fc, "FSCTL_QUERY_NETWORK_INTERFACE_INFO" },
    { 0x00140204, "FSCTL_VALIDATE_NEGOTIATE_INFO" }, { 0x000900a4, "FSCTL_SET_REPARSE_POINT" }, { 0, NULL }
};

#define TEXT_OF(what) .name = what, .type = FIELD_TEXT
#define TIME_OF(what) .name = what, .type = FIELD_TIME

static const struct field fields[] = {
    [SMB_ID]              = { .name = "id", .about = "Message id (SMB2), or multiplex id (SMB1): what pairs request and response." },
    [SMB_VERSION]         = { .name = "version", .about = "1: SMB1; 2: SMB2 and SMB3." },
    [SMB_DIALECT]         = { TEXT_OF("dialect"), .about = "Dialect that was agreed on." },
    [SMB_COMMAND]         = { .name = "command", .flags = FIELD_NAMED, .names = commands, .about = "What is asked or answered." },
    [SMB_STATUS]          = { .name = "status", .flags = FIELD_NAMED, .names = statuses, .about = "Status of a response." },
    [SMB_STATUS_CODE]     = { TEXT_OF("status_code"), .about = "The same as a number." },
    [SMB_SESSION_ID]      = { .name = "session_id", .about = "Session (SMB2), or user id (SMB1)." },
    [SMB_TREE_ID]         = { .name = "tree_id", .about = "Connected share." },
    [SMB_CLIENT_DIALECTS] = { TEXT_OF("client_dialects"), .flags = FIELD_MANY, .about = "Dialects that the client offers." },
    [SMB_CLIENT_GUID]     = { TEXT_OF("client_guid"), .about = "The client's own id." },
    [SMB_SERVER_GUID]     = { TEXT_OF("server_guid"), .about = "The server's own id." },
    [SMB_MAX_READ_SIZE]   = { .name = "max_read_size", .unit = "bytes", .about = "Most that the server lets read at once." },
    [SMB_MAX_WRITE_SIZE]  = { .name = "max_write_size", .unit = "bytes", .about = "Most that the server lets write at once." },
    [SMB_SHARE]           = { TEXT_OF("share"), .aliases = "smb_share", .about = "Share that is connected to." },
    [SMB_NAMED_PIPE]      = { TEXT_OF("named_pipe"), .aliases = "smb_named_pipe", .about = "Share of pipes that SMB1 connects to." },
    [SMB_SHARE_TYPE]      = { .name = "share_type", .flags = FIELD_NAMED, .names = share_types, .about = "Kind of share." },
    [SMB_SERVICE]         = { TEXT_OF("service"), .about = "SMB1: kind of share, as asked for or answered." },
    [SMB_FILENAME]        = { TEXT_OF("filename"), .about = "File, directory or pipe that the message is about." },
    [SMB_DISPOSITION]     = { .name = "disposition", .flags = FIELD_NAMED, .names = dispositions, .about = "What to do if the file is there, or not." },
    [SMB_ACCESS]          = { .name = "access", .flags = FIELD_NAMED, .names = accesses, .about = "Whether the file goes away when it is closed." },
    [SMB_SIZE]            = { .name = "size", .unit = "bytes", .about = "Size of the file that was opened." },
    [SMB_CREATED]         = { TIME_OF("created"), .about = "When the file was created." },
    [SMB_ACCESSED]        = { TIME_OF("accessed"), .about = "When it was last read." },
    [SMB_MODIFIED]        = { TIME_OF("modified"), .about = "When it was last written." },
    [SMB_CHANGED]         = { TIME_OF("changed"), .about = "When anything of it last changed." },
    [SMB_FUID]            = { TEXT_OF("fuid"), .about = "Id of the open file." },
    [SMB_OFFSET]          = { .name = "offset", .unit = "bytes", .about = "Where in the file is read or written." },
    [SMB_LENGTH]          = { .name = "length", .unit = "bytes", .about = "How much is read or written." },
    [SMB_FUNCTION]        = { .name = "function", .flags = FIELD_NAMED, .names = functions, .about = "Control code, or function of a transaction." },
    [SMB_RENAME]          = { .name = "rename", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "A file gets another name." },
    [SMB_RENAME_FROM]     = { TEXT_OF("from"), .in = SMB_RENAME + 1, .about = "Its name before." },
    [SMB_RENAME_TO]       = { TEXT_OF("to"), .in = SMB_RENAME + 1, .about = "Its name after." },
    [SMB_NTLMSSP]         = { .name = "ntlmssp", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Who logs on, by NTLM." },
    [SMB_NTLMSSP_DOMAIN]  = { TEXT_OF("domain"), .in = SMB_NTLMSSP + 1, .aliases = "smb.ntlmssp_domain", .about = "The user's domain." },
    [SMB_NTLMSSP_USER]    = { TEXT_OF("user"), .in = SMB_NTLMSSP + 1, .aliases = "smb.ntlmssp_user", .about = "Name of the user." },
    [SMB_NTLMSSP_HOST]    = { TEXT_OF("host"), .in = SMB_NTLMSSP + 1, .about = "The client's own name." },
    [SMB_NTLMSSP_VERSION] = { TEXT_OF("version"), .in = SMB_NTLMSSP + 1, .about = "Version of its Windows." },
    [SMB_NATIVE_OS]       = { TEXT_OF("native_os"), .about = "SMB1: operating system, as this side says." },
    [SMB_NATIVE_LM]       = { TEXT_OF("native_lm"), .about = "SMB1: its LAN Manager." },
    [SMB_ENCRYPTED]       = { .name = "encrypted", .type = FIELD_FLAG, .about = "From here on this side sends encrypted messages." },
    [SMB_DCERPC]          = { .name = "dcerpc", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The remote procedure call that the pipe carries." },
    DCE_FIELDS(SMB_DCE, SMB_DCERPC + 1),
    FILE_FIELDS(SMB_FILES)
};
_Static_assert(sizeof fields / sizeof fields[0] == SMB_ROWS, "a row for each field");

/* Names are Suricata's. Those about queues belong to its way of putting files together and never occur here. */
static const struct anomaly anomalies[] = {
    [SMB_INTERNAL_ERROR]               = { "internal_error", "Never: kept for rules that name it." },
    [SMB_MALFORMED_DATA]               = { "malformed_data", "A message that contradicts its own lengths." },
    [SMB_RECORD_OVERFLOW]              = { "record_overflow", "A message that reaches beyond its frame." },
    [SMB_MALFORMED_NTLMSSP_REQUEST]    = { "malformed_ntlmssp_request", "A logon that contradicts its own lengths." },
    [SMB_MALFORMED_NTLMSSP_RESPONSE]   = { "malformed_ntlmssp_response", "A challenge that contradicts its own lengths." },
    [SMB_DUPLICATE_NEGOTIATE]          = { "duplicate_negotiate", "Negotiation after it was finished." },
    [SMB_NEGOTIATE_MALFORMED_DIALECTS] = { "negotiate_malformed_dialects", "A list of dialects that is none." },
    [SMB_FILE_OVERLAP]                 = { "file_overlap", "A part of a file that was written or, in SMB2, read before is moved again." },
    [SMB_REQUEST_TO_CLIENT]            = { "request_to_client", "A request from the server." },
    [SMB_RESPONSE_TO_SERVER]           = { "response_to_server", "A response from the client." },
    [SMB_NEGOTIATE_MAX_READ]           = { "negotiate_max_read_size_too_large", "The server lets read more than 16 MiB at once." },
    [SMB_NEGOTIATE_MAX_WRITE]          = { "negotiate_max_write_size_too_large", "The server lets write more than 16 MiB at once." },
    [SMB_READ_REQUEST_TOO_LARGE]       = { "read_request_too_large", "More than 16 MiB are asked for at once." },
    [SMB_READ_RESPONSE_TOO_LARGE]      = { "read_response_too_large", "More than 16 MiB are said to be read at once." },
    [SMB_WRITE_REQUEST_TOO_LARGE]      = { "write_request_too_large", "More than 16 MiB are said to be written at once." },
    [SMB_WRITE_QUEUE_SIZE]             = { "write_queue_size_exceeded", "Never: kept for rules that name it." },
    [SMB_WRITE_QUEUE_CNT]              = { "write_queue_cnt_exceeded", "Never: kept for rules that name it." },
    [SMB_READ_QUEUE_SIZE]              = { "read_queue_size_exceeded", "Never: kept for rules that name it." },
    [SMB_READ_QUEUE_CNT]               = { "read_queue_cnt_exceeded", "Never: kept for rules that name it." },
    [SMB_TOO_MANY_TRANSACTIONS]        = { "too_many_transactions", "More requests wait for their responses than are remembered." },
    [SMB_DCERPC_MALFORMED]             = { "dcerpc_malformed_data", "A remote procedure call that contradicts its own lengths." },
};

const struct schema smb_schema = {
    .name = "smb", .fields = fields, .count = SMB_ROWS, .anomalies = anomalies, .anomaly_count = SMB_ANOMALIES
};
