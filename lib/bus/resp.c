#include "bus/resp.h"

#include "events/event.h"

void resp_begin(struct text *t, unsigned args)
{
    text_char(t, '*');
    text_uint(t, args);
    text_lit(t, "\r\n");
}

void resp_arg(struct text *t, const void *bytes, size_t n)
{
    text_char(t, '$');
    text_uint(t, n);
    text_lit(t, "\r\n");
    text_bytes(t, bytes, n);
    text_lit(t, "\r\n");
}

void resp_str(struct text *t, const char *s)
{
    resp_arg(t, s, strlen(s));
}

void resp_uint(struct text *t, uint64_t n)
{
    char digits[24];
    struct text d = text_over(digits, sizeof digits);
    text_uint(&d, n);
    resp_arg(t, digits, d.len);
}

void resp_xadd(struct text *t, const struct resp_entry *e)
{
    text_lit(t, "*11\r\n$4\r\nXADD\r\n");
    resp_arg(t, e->key, e->key_len);
    text_lit(t, "$1\r\n*\r\n$2\r\nid\r\n");
    resp_arg(t, e->id, e->id_len);
    text_lit(t, "$4\r\ntype\r\n");
    resp_arg(t, e->type, e->type_len);
    text_lit(t, "$1\r\nv\r\n");
    resp_uint(t, EVENT_SCHEMA_VERSION);
    text_lit(t, "$4\r\njson\r\n");
    resp_arg(t, e->json, e->json_len);
}

size_t resp_xadd_room(const struct resp_entry *e)
{
    return e->key_len + e->id_len + e->type_len + e->json_len + 256;
}
