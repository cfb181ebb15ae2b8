#include "notifier/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t LEAST_BYTES = 64 * 1024, MOST_BYTES = (size_t)256 << 20;

/* ---- keys ---- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static void make_key(struct message *m)
{
    struct text t = text_over(m->key, sizeof m->key);
    uint8_t digest[HASH_MAX];
    if (m->count == 1) {
        text_clip(&t, m->things[0].id, OUTBOX_THING_MAX);
        text_fmt(&t, ".%llu", (unsigned long long)m->things[0].version);
        for (size_t i = 0; i < t.len; i++)
            if (!is_plain(t.at[i]))
                t.at[i] = '_';
        text_end(&t);
        return;
    }
    struct hash_stream *h = hash_stream_new(HASH_SM3);
    char one[OUTBOX_THING_MAX + 32];
    for (size_t i = 0; h != NULL && i < m->count; i++) {
        snprintf(one, sizeof one, "%s.%llu\n", m->things[i].id, (unsigned long long)m->things[i].version);
        hash_stream_add(h, one, strlen(one));
    }
    if (h == NULL)
        abort();
    hash_stream_end(h, digest);
    text_lit(&t, "sum-");
    text_hex(&t, digest, 16);
    text_end(&t);
}

/* ---- several in one ---- */

static void sum_subject(const struct message *m, struct text *out)
{
    text_fmt(out, "%s【汇总】%zu 条：", status_mark(m->things[0].status).zh, m->count);
    text_fmt(out, "summary of %zu messages", m->count);
}

static void sum_text(const struct message *m, struct text *out)
{
    sum_subject(m, out);
    text_lit(out, "\n\n");
    for (size_t i = 0; i < m->count; i++) {
        exchange_subject(&m->things[i], out);
        text_char(out, '\n');
    }
}

static int sum_json(const struct message *m, struct text *out, struct fault *f)
{
    text_fmt(out, "{\"event_type\":\"summary\",\"count\":%zu,\"things\":[", m->count);
    for (size_t i = 0; i < m->count; i++) {
        char *one = json_dumps(m->things[i].document, JSON_COMPACT);
        if (one == NULL)
            return fault_set(f, -ENOMEM, "no memory for a summary");
        text_str(out, i ? "," : "");
        text_str(out, one);
        free(one);
    }
    text_lit(out, "]}\n");
    return 0;
}

static int write_body(const struct target *t, const struct exchange_house *house, const struct message *m, struct text *out, struct fault *f)
{
    int rc = 0;
    if (m->count == 1 || (t->form != EXCHANGE_TEXT && t->form != EXCHANGE_JSON))
        return exchange_write(t->form, house, m->things, m->count, out, f);
    if (t->form == EXCHANGE_TEXT)
        sum_text(m, out);
    else
        rc = sum_json(m, out, f);
    return rc == 0 && out->cut ? fault_set(f, -ENOSPC, "a summary is longer than %zu bytes", out->cap) : rc;
}

static int render(const struct target *t, const struct exchange_house *house, struct message *m, struct fault *f)
{
    int rc = -ENOSPC;
    for (size_t room = LEAST_BYTES; rc == -ENOSPC && room <= MOST_BYTES; room *= 4) {
        free(m->body);
        m->body = malloc(room);
        struct text out = text_over(m->body, room);
        rc = m->body == NULL ? fault_set(f, -ENOMEM, "no memory for %zu bytes", room) : write_body(t, house, m, &out, f);
        m->len = out.len;
    }
    return rc;
}

/* ---- */

static int read_things(struct message *m, struct item *const *items, size_t count, struct fault *f)
{
    m->things = calloc(count, sizeof *m->things);
    if (m->things == NULL)
        return fault_set(f, -ENOMEM, "no memory for a message");
    for (; m->count < count; m->count++) {
        int rc = thing_parse(items[m->count]->json, items[m->count]->len, false, &m->things[m->count], f);
        if (rc != 0)
            return rc;
        unsigned g = m->things[m->count].gravity;
        if (g != 0 && (m->gravity == 0 || g < m->gravity))
            m->gravity = g;
    }
    return 0;
}

int message_make(const struct target *t, const struct exchange_house *house, struct item *const *items, size_t count, struct message *out,
                 struct fault *f)
{
    *out = (struct message){ .media = exchange_form_media[t->form], .suffix = exchange_form_suffix[t->form] };
    int rc = read_things(out, items, count, f);
    if (rc == 0) {
        struct text subject = text_over(out->subject, sizeof out->subject - 1);
        make_key(out);
        if (count == 1)
            exchange_subject(&out->things[0], &subject);
        else
            sum_subject(out, &subject);
        text_end(&subject);
        rc = render(t, house, out, f);
    }
    if (rc != 0)
        message_free(out);
    return rc;
}

void message_free(struct message *m)
{
    for (size_t i = 0; i < m->count; i++)
        thing_free(&m->things[i]);
    free(m->things);
    free(m->body);
    *m = (struct message){ 0 };
}
