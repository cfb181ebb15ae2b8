/* One datagram is one telegram; the CRC at its end proves it.
 *
 *   length (4) | version 1 | protocol 0 | sequence (2) | attribute | request: station, command, data | CRC (2)
 *                                                                    answer: data, or ACK/NAK code (2)
 */
#include "dissectors/sbus/sbus.h"

#include <string.h>

#include "dissectors/framing/asked.h"
#include "events/access.h"

enum {
    HEADER = 9, CRC = 2, VERSION = 1, REQUEST = 0, RESPONSE = 1, ACKNOWLEDGE = 2,
    POLYNOMIAL = 0x1021, READ_MAX = 7, WRITE_MIN = 10, WRITE_MAX = 15, FIRMWARE_VERSION = 32, VALUES_MAX = 32
};

enum row {
    SBUS_SEQUENCE, SBUS_TYPE, SBUS_STATION, SBUS_COMMAND, SBUS_ACCESS, SBUS_ADDRESS, SBUS_COUNT, SBUS_VALUE, SBUS_ACK, SBUS_FIRMWARE,
    SBUS_DATA, SBUS_RESPONSE_TIME, SBUS_ROWS
};

enum { SBUS_INVALID_CRC, SBUS_INVALID_LENGTH, SBUS_ANOMALIES };

static const struct field_name command_names[] = {
    { 0x00, "read_counter" }, { 0x01, "read_display_register" }, { 0x02, "read_flag" }, { 0x03, "read_input" },
    { 0x04, "read_real_time_clock" }, { 0x05, "read_output" }, { 0x06, "read_register" }, { 0x07, "read_timer" },
    { 0x0a, "write_counter" }, { 0x0b, "write_flag" }, { 0x0c, "write_real_time_clock" }, { 0x0d, "write_output" },
    { 0x0e, "write_register" }, { 0x0f, "write_timer" }, { 0x13, "read_write_multi_medias" },
    { 0x14, "read_pcd_status_cpu_0" }, { 0x15, "read_pcd_status_cpu_1" }, { 0x16, "read_pcd_status_cpu_2" },
    { 0x17, "read_pcd_status_cpu_3" }, { 0x18, "read_pcd_status_cpu_4" }, { 0x19, "read_pcd_status_cpu_5" },
    { 0x1a, "read_pcd_status_cpu_6" }, { 0x1b, "read_pcd_status" }, { 0x1d, "read_s_bus_station_number" },
    { 0x1e, "read_user_memory" }, { 0x1f, "read_program_line" }, { 0x20, "read_firmware_version" }, { 0x21, "read_text" },
    { 0x22, "read_active_transition" }, { 0x23, "write_user_memory" }, { 0x24, "write_program_line" },
    { 0x25, "write_text" }, { 0x28, "run_procedure_cpu_0" }, { 0x29, "run_procedure_cpu_1" },
    { 0x2a, "run_procedure_cpu_2" }, { 0x2b, "run_procedure_cpu_3" }, { 0x2c, "run_procedure_cpu_4" },
    { 0x2d, "run_procedure_cpu_5" }, { 0x2e, "run_procedure_cpu_6" }, { 0x2f, "run_procedure" }, { 0x30, "run_procedure" },
    { 0x32, "restart_cold_cpu_1" }, { 0x33, "restart_cold_cpu_2" }, { 0x34, "restart_cold_cpu_3" },
    { 0x35, "restart_cold_cpu_4" }, { 0x36, "restart_cold_cpu_5" }, { 0x37, "restart_cold_cpu_6" },
    { 0x38, "restart_cold_own_cpu" }, { 0x39, "restart_cold_all_cpus" }, { 0x3c, "stop_procedure_cpu_0" },
    { 0x3d, "stop_procedure_cpu_1" }, { 0x3e, "stop_procedure_cpu_2" }, { 0x3f, "stop_procedure_cpu_3" },
    { 0x40, "stop_procedure_cpu_4" }, { 0x41, "stop_procedure_cpu_5" }, { 0x42, "stop_procedure_cpu_6" },
    { 0x43, "stop_procedure" }, { 0x44, "stop_procedure" }, { 0x46, "read_arithmetic_status_and_accu" },
    { 0x47, "read_byte" }, { 0x48, "read_halt_failure_register" }, { 0x49, "read_index_register" },
    { 0x4a, "read_instruction_pointer" }, { 0x4b, "find_history" }, { 0x50, "write_arithmetic_status_and_accu" },
    { 0x51, "write_byte" }, { 0x52, "write_index_register" }, { 0x53, "write_instruction_pointer" }, { 0x5a, "clear_all" },
    { 0x5b, "clear_flags" }, { 0x5c, "clear_outputs" }, { 0x5d, "clear_registers" }, { 0x5e, "clear_timers" },
    { 0x64, "restart_warm_cpu_1" }, { 0x65, "restart_warm_cpu_2" }, { 0x66, "restart_warm_cpu_3" },
    { 0x67, "restart_warm_cpu_4" }, { 0x68, "restart_warm_cpu_5" }, { 0x69, "restart_warm_cpu_6" },
    { 0x6a, "restart_warm" }, { 0x6b, "restart_warm" }, { 0x6e, "change_block" }, { 0x6f, "clear_history_failure" },
    { 0x70, "delete_program_line" }, { 0x71, "go_conditional" }, { 0x72, "insert_program_line" }, { 0x73, "local_cycles" },
    { 0x74, "all_cycles" }, { 0x75, "make_text" }, { 0x76, "execute_single_instruction" }, { 0x77, "single_step" },
    { 0x82, "xob_17_interrupt" }, { 0x83, "xob_18_interrupt" }, { 0x84, "xob_19_interrupt" },
    { 0x91, "read_hangup_timeout" }, { 0x96, "read_data_block" }, { 0x97, "write_data_block" }, { 0x98, "make_data_block" },
    { 0x99, "clear_data_block" }, { 0x9a, "clear_text" }, { 0x9b, "read_block_address" }, { 0x9c, "read_block_sizes" },
    { 0x9d, "read_current_block" }, { 0x9e, "read_call_stack" }, { 0x9f, "read_dbx" },
    { 0xa1, "read_user_eeprom_register" }, { 0xa3, "write_user_eeprom_register" }, { 0xa5, "erase_flash" },
    { 0xa6, "restart_cold_flag" }, { 0xa7, "write_system_buffer" }, { 0xa8, "read_system_buffer" },
    { 0xa9, "read_write_block_data" }, { 0xaa, "get_diagnostic" }, { 0xab, "read_system_information" },
    { 0xac, "changes_blocks_on_run" }, { 0xad, "flashcard_telegram" }, { 0xae, "download_fw" },
    { 0xaf, "web_server_serial_communication" }, { 0, NULL }
};

static const struct field_name type_names[] = { { 0, "request" }, { 1, "response" }, { 2, "acknowledge" }, { 0, NULL } };

static const struct field_name ack_names[] = {
    { 0, "ack" }, { 1, "nak" }, { 2, "nak_password" }, { 3, "nak_reduced_protocol" }, { 4, "nak_port_in_use" }, { 0, NULL }
};

static const struct field fields[] = {
    [SBUS_SEQUENCE] = { .name = "sequence", .about = "Chosen by who asks, repeated in the answer." },
    [SBUS_TYPE]     = { .name = "type", .names = type_names, .about = "Request, response with data, or acknowledgement." },
    [SBUS_STATION]  = { .name = "station", .means = MEANS_TARGET, .about = "S-Bus station that is asked." },
    [SBUS_COMMAND]  = { .name = "command", .means = MEANS_FUNCTION, .names = command_names, .about = "Command; the answer repeats it." },
    [SBUS_ACCESS]   = { ACCESS_FIELD },
    [SBUS_ADDRESS]  = { .name = "address", .means = MEANS_TARGET, .about = "First counter, flag, input, output, register or timer." },
    [SBUS_COUNT]    = { .name = "count", .means = MEANS_EXTENT, .about = "How many." },
    [SBUS_VALUE]    = { .name = "value", .means = MEANS_VALUE, .flags = FIELD_MANY, .about = "Registers, counters and timers read or written, at most 32." },
    [SBUS_ACK]      = { .name = "acknowledge", .names = ack_names, .about = "Whether the command was taken." },
    [SBUS_FIRMWARE] = { .name = "firmware", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Firmware version and model of the controller." },
    [SBUS_DATA]     = { .name = "data", .type = FIELD_BYTES, .about = "What no other field says." },
    [SBUS_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [SBUS_INVALID_CRC]    = { "invalid_crc", "A telegram whose CRC is wrong." },
    [SBUS_INVALID_LENGTH] = { "invalid_length", "The length in the header contradicts the datagram, or the command." },
};

static const struct schema schema = {
    .name = "sbus", .fields = fields, .count = SBUS_ROWS, .anomalies = anomalies, .anomaly_count = SBUS_ANOMALIES
};

struct sbus_state {
    struct asked asked;
};

/* CRC-16 with polynomial x^16 + x^12 + x^5 + 1, from 0, highest bit first: the manual's appendix. */
static uint16_t crc16(const uint8_t *at, size_t n)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        crc ^= (uint16_t)(at[i] << 8);
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ POLYNOMIAL : crc << 1);
    }
    return crc;
}

static bool crc_right(const struct cursor *c)
{
    if (c->left < HEADER + CRC)
        return false;
    struct cursor tail = *c;
    cursor_skip(&tail, c->left - CRC);
    return crc16(c->at, c->left - CRC) == cursor_be16(&tail);
}

static enum probe sbus_probe(const struct conversation *conv, struct cursor c)
{
    struct cursor whole = c;
    (void)conv;
    uint32_t length = cursor_be32(&c);
    uint8_t version = cursor_u8(&c), protocol = cursor_u8(&c);
    cursor_skip(&c, 2);
    uint8_t attribute = cursor_u8(&c);
    bool possible = c.status == CURSOR_OK && length == whole.left && version == VERSION && protocol == 0 && attribute <= ACKNOWLEDGE;
    return possible && crc_right(&whole) ? PROBE_YES : PROBE_NO;
}

static enum access access_of(uint8_t command)
{
    static const struct { uint8_t first, last, access; } ranges[] = {
        { 4, 4, ACCESS_DIAGNOSE }, { 0, READ_MAX, ACCESS_READ }, { 12, 12, ACCESS_SET_TIME }, { WRITE_MIN, WRITE_MAX, ACCESS_WRITE },
        { 19, 19, ACCESS_READ }, { 20, 27, ACCESS_DIAGNOSE }, { 29, 29, ACCESS_IDENTIFY }, { 30, 31, ACCESS_UPLOAD },
        { 32, 32, ACCESS_IDENTIFY }, { 33, 33, ACCESS_UPLOAD }, { 34, 34, ACCESS_DIAGNOSE }, { 35, 37, ACCESS_PROGRAM },
        { 40, 48, ACCESS_CONTROL }, { 50, 57, ACCESS_RESTART }, { 60, 68, ACCESS_STOP }, { 70, 75, ACCESS_DIAGNOSE },
        { 80, 83, ACCESS_WRITE }, { 90, 94, ACCESS_WRITE }, { 100, 107, ACCESS_RESTART }, { 110, 111, ACCESS_CONFIGURE },
        { 112, 114, ACCESS_PROGRAM }, { 115, 116, ACCESS_CONTROL }, { 117, 117, ACCESS_PROGRAM }, { 118, 132, ACCESS_CONTROL },
        { 145, 145, ACCESS_DIAGNOSE }, { 150, 150, ACCESS_READ }, { 151, 151, ACCESS_WRITE }, { 152, 154, ACCESS_PROGRAM },
        { 155, 158, ACCESS_DIAGNOSE }, { 159, 159, ACCESS_READ }, { 161, 161, ACCESS_DIAGNOSE }, { 163, 163, ACCESS_CONFIGURE },
        { 165, 165, ACCESS_PROGRAM }, { 166, 166, ACCESS_RESTART }, { 167, 167, ACCESS_CONFIGURE }, { 168, 168, ACCESS_DIAGNOSE },
        { 169, 169, ACCESS_PROGRAM }, { 170, 171, ACCESS_DIAGNOSE }, { 172, 172, ACCESS_PROGRAM }, { 173, 173, ACCESS_FILE },
        { 174, 174, ACCESS_PROGRAM }, { 175, 175, ACCESS_TUNNEL },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (command >= ranges[i].first && command <= ranges[i].last)
            return ranges[i].access;
    return ACCESS_OTHER;
}

/* Registers, counters and timers have 32 bits; flags, inputs and outputs are bits. */
static bool has_words(uint32_t command)
{
    return command == 0 || command == 6 || command == 7 || command == 10 || command == 14 || command == 15;
}

static void values_record(struct record *r, struct cursor c, bool words)
{
    if (c.left > 0)
        record_bytes(r, SBUS_DATA, c.at, c.left);
    for (unsigned i = 0; words && i < VALUES_MAX && c.left >= 4; i++)
        record_uint(r, SBUS_VALUE, cursor_be32(&c));
}

/* A read counts elements less one, a write the bytes that follow less one. */
static void place_record(struct record *r, uint8_t command, struct cursor *c, uint32_t what[ASKED_WHAT])
{
    if (command > WRITE_MAX || command == 4 || command == 12 || c->left < 3 || (command > READ_MAX && command < WRITE_MIN))
        return;
    unsigned count = cursor_u8(c) + (command <= READ_MAX ? 1u : 0u), address = cursor_be16(c);
    if (command >= WRITE_MIN && has_words(command))
        count = (unsigned)(c->left / 4);
    record_uint(r, SBUS_ADDRESS, address);
    record_uint(r, SBUS_COUNT, count);
    what[1] = address;
    what[2] = count;
}

static void request_tell(struct conversation *conv, struct record *r, uint16_t sequence, struct cursor c)
{
    struct sbus_state *s = conv->state;
    struct asked_one *q = asked_put(&s->asked, conv, sequence);
    uint8_t station = cursor_u8(&c), command = cursor_u8(&c);
    r->transaction = q->transaction;
    if (c.status != CURSOR_OK) {
        record_anomaly(r, SBUS_INVALID_LENGTH);
        return;
    }
    q->what[0] = command;
    q->what[3] = 1;
    record_uint(r, SBUS_STATION, station);
    record_uint(r, SBUS_COMMAND, command);
    record_uint(r, SBUS_ACCESS, access_of(command));
    place_record(r, command, &c, q->what);
    values_record(r, c, command >= WRITE_MIN && has_words(command));
}

static void asked_again(struct record *r, const struct asked_one *q)
{
    record_uint(r, SBUS_COMMAND, q->what[0]);
    record_uint(r, SBUS_ACCESS, access_of((uint8_t)q->what[0]));
    if (q->what[2] == 0)
        return;
    record_uint(r, SBUS_ADDRESS, q->what[1]);
    record_uint(r, SBUS_COUNT, q->what[2]);
}

static void answer_tell(struct conversation *conv, struct record *r, uint16_t sequence, uint8_t attribute, struct cursor c)
{
    struct sbus_state *s = conv->state;
    struct asked_one q;
    bool known = asked_take(&s->asked, conv, sequence, &q);
    if (known && q.what[3])
        asked_again(r, &q);
    if (attribute == ACKNOWLEDGE) {
        uint16_t code = cursor_be16(&c);
        record_uint(r, SBUS_ACK, code);
        r->refused = code != 0;
    } else if (known && q.what[0] == FIRMWARE_VERSION && c.left > 0)
        record_bytes(r, SBUS_FIRMWARE, c.at, strnlen((const char *)c.at, c.left));
    else
        values_record(r, c, known && has_words(q.what[0]));
    asked_answer(r, conv, &q, known, SBUS_RESPONSE_TIME);
}

static enum dissect sbus_pdu(struct conversation *conv, struct cursor *in)
{
    struct record *r = conversation_record(conv, &schema);
    struct cursor c = *in;
    bool whole = crc_right(in), fits = cursor_be32(&c) == in->left;
    cursor_skip(&c, 2);
    uint16_t sequence = cursor_be16(&c);
    uint8_t attribute = cursor_u8(&c);
    struct cursor body = cursor_sub(&c, c.left >= CRC ? c.left - CRC : 0);
    record_uint(r, SBUS_SEQUENCE, sequence);
    record_uint(r, SBUS_TYPE, attribute);
    if (attribute == REQUEST)
        request_tell(conv, r, sequence, body);
    else
        answer_tell(conv, r, sequence, attribute, body);
    if (!whole)
        record_anomaly(r, SBUS_INVALID_CRC);
    if (!fits)
        record_anomaly(r, SBUS_INVALID_LENGTH);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_sbus = {
    .schema = &schema,
    .device = "plc",
    .source = "Saia-Burgess 26/739 S-Bus",
    .over = OVER_UDP,
    .ports = { 5050 },
    .state_size = sizeof(struct sbus_state),
    .probe = sbus_probe,
    .pdu = sbus_pdu,
};
