#include "dissect/frames.h"

#include <string.h>

enum {
    FRAME_DNS_PDU, FRAME_MQTT_PDU, FRAME_MQTT_HEADER, FRAME_MQTT_DATA, FRAME_RFB_PDU, FRAME_TELNET_PDU, FRAME_TELNET_CTL,
    FRAME_TELNET_DATA, FRAME_TLS_PDU, FRAME_TLS_HDR, FRAME_TLS_DATA, FRAME_SSH_PDU, FRAME_SSH_HDR, FRAME_SSH_DATA,
    FRAME_SIP_PDU, FRAME_SIP_REQUEST_LINE, FRAME_SIP_REQUEST_HEADERS, FRAME_SIP_REQUEST_BODY, FRAME_SIP_RESPONSE_LINE,
    FRAME_SIP_RESPONSE_HEADERS, FRAME_SIP_RESPONSE_BODY, FRAME_NBSS_PDU, FRAME_NBSS_HDR, FRAME_NBSS_DATA, FRAME_SMB1_PDU,
    FRAME_SMB1_HDR, FRAME_SMB1_DATA, FRAME_SMB2_PDU, FRAME_SMB2_HDR, FRAME_SMB2_DATA, FRAME_SMB3_PDU, FRAME_SMB3_HDR,
    FRAME_SMB3_DATA, FRAME_HTTP_REQUEST, FRAME_HTTP_RESPONSE, FRAME_ROWS
};

#define ROW(row, word, sentence) [row] = { .name = word, .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = sentence }
static const struct field rows[] = {
    ROW(FRAME_DNS_PDU, "dns.pdu", "A DNS message."),
    ROW(FRAME_MQTT_PDU, "mqtt.pdu", "An MQTT packet."),
    ROW(FRAME_MQTT_HEADER, "mqtt.header", "Its fixed header."),
    ROW(FRAME_MQTT_DATA, "mqtt.data", "What is behind that."),
    ROW(FRAME_RFB_PDU, "rfb.pdu", "An RFB message, up to the first picture."),
    ROW(FRAME_TELNET_PDU, "telnet.pdu", "A Telnet command, or text up to the next."),
    ROW(FRAME_TELNET_CTL, "telnet.ctl", "A Telnet command."),
    ROW(FRAME_TELNET_DATA, "telnet.data", "Telnet's text."),
    ROW(FRAME_TLS_PDU, "tls.pdu", "A TLS record, encrypted or not."),
    ROW(FRAME_TLS_HDR, "tls.hdr", "Its header of 5 bytes."),
    ROW(FRAME_TLS_DATA, "tls.data", "What is behind that."),
    ROW(FRAME_SSH_PDU, "ssh.record.pdu", "An SSH packet of the key exchange."),
    ROW(FRAME_SSH_HDR, "ssh.record.hdr", "Its length, padding and message number: 6 bytes."),
    ROW(FRAME_SSH_DATA, "ssh.record.data", "What is behind that."),
    ROW(FRAME_SIP_PDU, "sip.pdu", "A SIP message."),
    ROW(FRAME_SIP_REQUEST_LINE, "sip.request.line", "First line of a request."),
    ROW(FRAME_SIP_REQUEST_HEADERS, "sip.request.headers", "Its headers."),
    ROW(FRAME_SIP_REQUEST_BODY, "sip.request.body", "Its body."),
    ROW(FRAME_SIP_RESPONSE_LINE, "sip.response.line", "First line of a response."),
    ROW(FRAME_SIP_RESPONSE_HEADERS, "sip.response.headers", "Its headers."),
    ROW(FRAME_SIP_RESPONSE_BODY, "sip.response.body", "Its body."),
    ROW(FRAME_NBSS_PDU, "smb.nbss.pdu", "A message of the NetBIOS session service."),
    ROW(FRAME_NBSS_HDR, "smb.nbss.hdr", "Its header of 4 bytes."),
    ROW(FRAME_NBSS_DATA, "smb.nbss.data", "What is behind that."),
    ROW(FRAME_SMB1_PDU, "smb.smb1.pdu", "An SMB1 message."),
    ROW(FRAME_SMB1_HDR, "smb.smb1.hdr", "Its header of 32 bytes."),
    ROW(FRAME_SMB1_DATA, "smb.smb1.data", "What is behind that."),
    ROW(FRAME_SMB2_PDU, "smb.smb2.pdu", "An SMB2 message, with those that follow in one."),
    ROW(FRAME_SMB2_HDR, "smb.smb2.hdr", "Its header of 64 bytes."),
    ROW(FRAME_SMB2_DATA, "smb.smb2.data", "What is behind that."),
    ROW(FRAME_SMB3_PDU, "smb.smb3.pdu", "An encrypted SMB3 message."),
    ROW(FRAME_SMB3_HDR, "smb.smb3.hdr", "Its transform header of 52 bytes."),
    ROW(FRAME_SMB3_DATA, "smb.smb3.data", "What is behind that."),
    [FRAME_HTTP_REQUEST] = { .name = "http.request", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "frame.http1.request",
                             .about = "An HTTP/1 request, from its line to the end of its body." },
    [FRAME_HTTP_RESPONSE] = { .name = "http.response", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "frame.http1.response",
                              .about = "An HTTP/1 response, likewise." },
};
#undef ROW

const struct schema frame_schema = { .name = "frame", .fields = rows, .count = FRAME_ROWS };

static void add(struct record *r, uint16_t row, struct cursor bytes)
{
    record_bytes(r, row, bytes.at, bytes.left);
}

/* A frame with a header of so many bytes; one that is too short for it has none. */
static void add_cut(struct record *r, uint16_t pdu, struct cursor all, size_t header)
{
    add(r, pdu, all);
    if (all.left < header)
        return;
    add(r, (uint16_t)(pdu + 1), cursor_sub(&all, header));
    add(r, (uint16_t)(pdu + 2), all);
}

static void dns_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    cursor_skip(&pdu, over == OVER_TCP ? 2 : 0);        /* its length (RFC 1035 section 4.2.2) */
    add(r, FRAME_DNS_PDU, pdu);
}

/* One octet, then the length in seven bits each (MQTT 5.0 section 2.1). */
static void mqtt_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    size_t header = 1;
    (void)over;
    while (header < 5 && cursor_peek(&pdu, header) >= 0x80)
        header++;
    add_cut(r, FRAME_MQTT_PDU, pdu, header + 1);
}

static void rfb_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    (void)over;
    add(r, FRAME_RFB_PDU, pdu);
}

static void telnet_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    (void)over;
    add(r, FRAME_TELNET_PDU, pdu);
    add(r, cursor_peek(&pdu, 0) == 0xff ? FRAME_TELNET_CTL : FRAME_TELNET_DATA, pdu);
}

static void tls_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    (void)over;
    add_cut(r, FRAME_TLS_PDU, pdu, 5);
}

/* The banner is a line of its own, and no packet. */
static void ssh_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    (void)over;
    if (pdu.left < 4 || memcmp(pdu.at, "SSH-", 4) != 0)
        add_cut(r, FRAME_SSH_PDU, pdu, 6);
}

static void sip_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    (void)over;
    add(r, FRAME_SIP_PDU, pdu);
    bool response = pdu.left >= 4 && memcmp(pdu.at, "SIP/", 4) == 0;
    uint16_t line = response ? FRAME_SIP_RESPONSE_LINE : FRAME_SIP_REQUEST_LINE;
    const uint8_t *end = memmem(pdu.at, pdu.left, "\r\n", 2);
    if (end == NULL)
        return;
    add(r, line, cursor_sub(&pdu, (size_t)(end - pdu.at) + 2));
    end = memmem(pdu.at, pdu.left, "\r\n\r\n", 4);
    add(r, (uint16_t)(line + 1), cursor_sub(&pdu, end != NULL ? (size_t)(end - pdu.at) + 4 : pdu.left));
    if (pdu.left > 0)
        add(r, (uint16_t)(line + 2), pdu);
}

static void smb_frames(struct record *r, struct cursor pdu, enum dissect_over over)
{
    static const struct { char magic[4]; uint16_t row; size_t header; } kinds[] = {
        { "\xffSMB", FRAME_SMB1_PDU, 32 }, { "\xfeSMB", FRAME_SMB2_PDU, 64 }, { "\xfdSMB", FRAME_SMB3_PDU, 52 }
    };
    struct cursor inside = pdu;
    (void)over;
    uint32_t length = cursor_be32(&inside) & 0x1ffff;
    if (inside.status != CURSOR_OK || length != inside.left)
        return;
    add_cut(r, FRAME_NBSS_PDU, pdu, 4);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (inside.left >= 4 && memcmp(inside.at, kinds[i].magic, 4) == 0)
            add_cut(r, kinds[i].row, inside, kinds[i].header);
}

static void http_frames(struct record *r, struct cursor message, enum dissect_over over)
{
    (void)over;
    add(r, r->dir == FROM_CLIENT ? FRAME_HTTP_REQUEST : FRAME_HTTP_RESPONSE, message);
}

static const struct frames_by { const char *protocol; void (*cut)(struct record *r, struct cursor pdu, enum dissect_over over); } all[] = {
    { "dns", dns_frames }, { "mqtt", mqtt_frames }, { "rfb", rfb_frames }, { "telnet", telnet_frames }, { "tls", tls_frames },
    { "ssh", ssh_frames }, { "sip", sip_frames }, { "smb", smb_frames }, { "http", http_frames },
};

bool frames_are_messages(const struct dissector *by)
{
    return strcmp(by->schema->name, "http") == 0;
}

bool frames_of(const struct dissector *by, struct cursor pdu, enum dissect_over over, struct record *r)
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(by->schema->name, all[i].protocol) == 0)
            all[i].cut(r, pdu, over);
    return r->count > 0;
}
