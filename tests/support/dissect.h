/* dissect - a dialogue written as text, held before one dissector, and what the dissector said to it.
 *
 *     >>> 0001 0000 0006 11 03 006b 0003            the client's bytes, as hex
 *     <<< "HTTP/1.1 200 OK\r\n" 0d0a                the server's, as text (C's escapes \r \n \t \\ \" \xNN) or mixed
 *     >>> gap 40                                    40 bytes of the client that never come
 *         "a line without an arrow goes on with the line above"
 *
 * On TCP the pieces of a direction are one stream and the cut is the test's choice (`step` bytes at a time);
 * on UDP and Ethernet each arrow is one datagram. The driver keeps the contract of dissector.h as dissect/ does, and
 * gives the dissector an exact copy on the heap each time, so that the sanitizers see a byte read too far
 * and a pointer kept too long.
 *
 *     char *said = dissect_dialogue(&dissector_modbus, text, 0, "function_code address");
 *     assert_string_equal(said, "> 0 function_code=read_coils address=107\n");
 *     free(said);
 *
 * A line per record: its direction, its transaction, the values in their order (named numbers by name, TEXT in quotes,
 * BYTES as hex, a list's item as "row:"), then "!anomaly" for each anomaly, "!incomplete", "!cut"; "lost >" when the
 * dissector gave the flow up. A list of field names picks; NULL takes every field.
 */
#ifndef TESTS_SUPPORT_DISSECT_H
#define TESTS_SUPPORT_DISSECT_H

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dissectors/dissector.h"
#include "dissectors/framing/notes.h"
#include "tests/support/hex.h"

enum { DIALOGUE_BYTES_MAX = 512 * 1024, DIALOGUE_STEP_US = 1000 };

struct dissect_run {
    const struct dissector *dissector;
    struct conversation     conv;
    struct sink             sink;
    struct store           *store;
    struct account          account;
    uint8_t                *pending[2];     /* per direction, bytes not yet taken */
    size_t                  held[2];
    size_t                  need[2];
    bool                    lost;
    bool                    done[2];        /* DISSECT_DONE: the direction's later bytes are dropped */
    const char             *fields;         /* names to show, or NULL */
    FILE                   *out;            /* the transcript */
    char                   *said;
    size_t                  said_len;
};

static inline bool dissect_run_shows(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = list; at != NULL && (at = strstr(at, name)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return list == NULL;
}

static inline void dissect_run_octets(FILE *out, const struct value *v, bool text)
{
    if (text)
        fputc('"', out);
    for (size_t i = 0; i < v->len; i++) {
        uint8_t b = v->bytes[i];
        if (!text)
            fprintf(out, "%02x", b);
        else if (b == '\r' || b == '\n')
            fputs(b == '\r' ? "\\r" : "\\n", out);
        else if (isprint(b))
            fputc(b, out);
        else
            fprintf(out, "\\x%02x", b);
    }
    if (text)
        fputc('"', out);
}

static inline void dissect_run_value(FILE *out, const struct field *f, const struct value *v)
{
    const struct field_name *n = f->names;
    char addr[ADDR_TEXT_MAX];
    switch (f->type) {
    case FIELD_LIST:  fprintf(out, " %s:", f->name); return;
    case FIELD_UINT:
    case FIELD_TIME:
        while (n != NULL && n->name != NULL && n->value != v->uint)
            n++;
        if (n != NULL && n->name != NULL)
            fprintf(out, " %s=%s", f->name, n->name);
        else
            fprintf(out, " %s=%llu", f->name, (unsigned long long)v->uint);
        return;
    case FIELD_INT:   fprintf(out, " %s=%lld", f->name, (long long)v->sint); return;
    case FIELD_REAL:  fprintf(out, " %s=%g", f->name, v->real); return;
    case FIELD_FLAG:  fprintf(out, " %s=%s", f->name, v->uint ? "true" : "false"); return;
    case FIELD_ADDR:
        addr_text(v->addr, addr);
        fprintf(out, " %s=%s", f->name, addr);
        return;
    case FIELD_TEXT:
    case FIELD_BYTES:
        fprintf(out, " %s=", f->name);
        dissect_run_octets(out, v, f->type == FIELD_TEXT);
        return;
    }
}

static inline void dissect_run_record(void *ctx, struct conversation *conv, const struct record *r)
{
    struct dissect_run *run = ctx;
    (void)conv;
    if (r->schema != run->dissector->schema)
        fail_msg("a record of another schema");
    fprintf(run->out, "%c %llu", r->dir == FROM_CLIENT ? '>' : '<', (unsigned long long)r->transaction);
    for (size_t i = 0; i < r->count; i++) {
        if (r->values[i].row >= r->schema->count)
            fail_msg("row %u of %u", r->values[i].row, r->schema->count);
        const struct field *f = &r->schema->fields[r->values[i].row];
        if (dissect_run_shows(run->fields, f->name))
            dissect_run_value(run->out, f, &r->values[i]);
    }
    for (unsigned i = 0; i < 64; i++) {
        if ((r->anomalies >> i & 1) == 0)
            continue;
        if (i >= r->schema->anomaly_count)
            fail_msg("anomaly %u of %u", i, r->schema->anomaly_count);
        fprintf(run->out, " !%s", r->schema->anomalies[i].name);
    }
    fprintf(run->out, "%s%s\n", r->incomplete ? " !incomplete" : "", r->cut ? " !cut" : "");
}

static inline void dissect_run_begin(struct dissect_run *run, const struct dissector *d, const char *fields)
{
    *run = (struct dissect_run){ .dissector = d, .fields = fields, .account.most = 4 * 1024 * 1024 };
    run->store = store_new(16 * 1024 * 1024);
    run->out = open_memstream(&run->said, &run->said_len);
    run->sink = (struct sink){ .record = dissect_run_record, .ctx = run, .scratch = calloc(1, sizeof(struct record)) };
    if (run->store == NULL || run->out == NULL || run->sink.scratch == NULL)
        fail_msg("no memory for a test");
    run->sink.notes = notes_new();
    run->conv = (struct conversation){ .store = run->store, .account = &run->account, .out = &run->sink,
        .now_us = UINT64_C(1700000000000000), .server_port = d->ports[0],
        .over = d->over & OVER_TCP ? OVER_TCP : d->over & OVER_UDP ? OVER_UDP : OVER_ETHERNET };
    run->conv.state = calloc(1, d->state_size ? d->state_size : 1);
}

/* One call of pdu() on an exact copy; the bytes taken leave `pending`. */
static inline enum dissect dissect_run_offer(struct dissect_run *run, enum direction dir)
{
    size_t n = run->held[dir];
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, run->pending[dir], n);
    struct cursor in = cursor_over(copy, n);
    run->conv.dir = dir;
    run->conv.need = 0;
    enum dissect verdict = run->dissector->pdu(&run->conv, &in);
    bool took = verdict == DISSECT_PDU || verdict == DISSECT_DONE || verdict == DISSECT_NEXT;
    if (took && in.left >= n)
        fail_msg("a PDU without bytes");
    if (verdict == DISSECT_MORE && in.left != n)
        fail_msg("MORE moved the cursor");
    free(copy);
    if (took) {
        run->held[dir] = in.left;
        memmove(run->pending[dir], run->pending[dir] + n - in.left, in.left);
    }
    run->need[dir] = verdict == DISSECT_MORE ? run->conv.need : 0;
    return verdict;
}

/* Bytes of one direction, in order: a piece of a stream, or a datagram. */
static inline void dissect_run_bytes(struct dissect_run *run, enum direction dir, const uint8_t *bytes, size_t n)
{
    if (run->lost || run->done[dir] || n == 0)
        return;
    run->pending[dir] = realloc(run->pending[dir], run->held[dir] + n);
    memcpy(run->pending[dir] + run->held[dir], bytes, n);
    run->held[dir] += n;
    enum dissect verdict = DISSECT_PDU;
    while (verdict == DISSECT_PDU && run->held[dir] > 0 && run->held[dir] >= run->need[dir])
        verdict = dissect_run_offer(run, dir);
    run->done[dir] = verdict == DISSECT_DONE && run->conv.over == OVER_TCP;
    if (verdict == DISSECT_NEXT)
        run->done[FROM_CLIENT] = run->done[FROM_SERVER] = true;
    if (run->conv.over != OVER_TCP || run->done[dir])
        run->held[dir] = run->need[dir] = 0;
    if (verdict == DISSECT_LOST && run->conv.over == OVER_TCP) {
        run->lost = true;
        fprintf(run->out, "lost %c\n", dir == FROM_CLIENT ? '>' : '<');
    }
}

static inline void dissect_run_gap(struct dissect_run *run, enum direction dir, size_t missing)
{
    if (run->lost || run->done[dir])
        return;
    run->held[dir] = run->need[dir] = 0;
    run->conv.dir = dir;
    if (run->dissector->gap == NULL || !run->dissector->gap(&run->conv, missing)) {
        run->lost = true;
        fprintf(run->out, "lost %c\n", dir == FROM_CLIENT ? '>' : '<');
    }
}

/* Ends the flow, checks that every block was given back, and gives the transcript: the caller frees it. */
static inline char *dissect_run_end(struct dissect_run *run)
{
    run->conv.closing = true;
    if (run->dissector->end != NULL)
        run->dissector->end(&run->conv);
    fclose(run->out);
    if (run->account.used != 0)
        fail_msg("%s keeps %u bytes after its flow", run->dissector->schema->name, run->account.used);
    free(run->pending[0]);
    free(run->pending[1]);
    free(run->conv.state);
    free(run->sink.scratch);
    notes_free(run->sink.notes);
    store_free(run->store);
    return run->said;
}

/* A dialogue's text as pieces: direction, where, how long; `gap` pieces have no bytes but a length. */
struct dialogue_piece {
    enum direction dir;
    size_t         at, len;
    bool           gap;
};

struct dialogue {
    uint8_t              *bytes;
    size_t                len;
    size_t                count;
    struct dialogue_piece pieces[256];
};

/* The quoted text at s, which begins after the quote; gives what follows the closing one. */
static inline const char *dialogue_quoted(struct dialogue *d, const char *s)
{
    unsigned b;
    for (; *s != '\0' && *s != '"'; s++) {
        if (*s == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x", &b) == 1)
            s += 3;
        else if (*s == '\\')
            b = *++s == 'r' ? '\r' : *s == 'n' ? '\n' : *s == 't' ? '\t' : (uint8_t)*s;
        else
            b = (uint8_t)*s;
        d->bytes[d->len++] = (uint8_t)b;
    }
    return *s == '"' ? s + 1 : s;
}

/* What stands after an arrow up to the line's end, put behind the bytes of the last piece. */
static inline const char *dialogue_line(struct dialogue *d, const char *s)
{
    struct dialogue_piece *p = &d->pieces[d->count - 1];
    unsigned b;
    while (*s != '\0' && *s != '\n') {
        if (*s == '"')
            s = dialogue_quoted(d, s + 1);
        else if (strncmp(s, "gap ", 4) == 0) {
            p->gap = true;
            p->len = strtoul(s + 4, NULL, 10);
            s += 4 + strspn(s + 4, "0123456789");
        } else if (isxdigit((unsigned char)*s) && sscanf(s, "%2x", &b) == 1) {
            d->bytes[d->len++] = (uint8_t)b;
            s += 2;
        } else
            s++;
        if (d->len >= DIALOGUE_BYTES_MAX - 4)
            fail_msg("a dialogue of more than %d bytes", DIALOGUE_BYTES_MAX);
    }
    if (!p->gap)
        p->len = d->len - p->at;
    return *s == '\n' ? s + 1 : s;
}

static inline struct dialogue *dialogue_read(const char *text)
{
    struct dialogue *d = calloc(1, sizeof *d);
    d->bytes = malloc(DIALOGUE_BYTES_MAX);
    while (*text != '\0') {
        text += strspn(text, " \t");
        if (strncmp(text, ">>>", 3) == 0 || strncmp(text, "<<<", 3) == 0) {
            if (d->count == sizeof d->pieces / sizeof d->pieces[0])
                fail_msg("a dialogue of too many pieces");
            d->pieces[d->count++] = (struct dialogue_piece){
                .dir = *text == '>' ? FROM_CLIENT : FROM_SERVER, .at = d->len };
            text += 3;
        } else if (d->count == 0 && *text != '\n')
            fail_msg("a dialogue begins with >>> or <<<: %.20s", text);
        text = d->count ? dialogue_line(d, text) : text + 1;
    }
    return d;
}

static inline void dialogue_free(struct dialogue *d)
{
    free(d->bytes);
    free(d);
}

/* Plays a dialogue, on TCP `step` bytes at a time (0: an arrow at a time). */
static inline void dialogue_play(struct dissect_run *run, const struct dialogue *d, size_t step)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct dialogue_piece *p = &d->pieces[i];
        run->conv.now_us += DIALOGUE_STEP_US;
        if (p->gap)
            dissect_run_gap(run, p->dir, p->len);
        size_t cut = step == 0 || run->conv.over != OVER_TCP ? p->len : step;
        for (size_t done = 0; !p->gap && done < p->len; done += cut)
            dissect_run_bytes(run, p->dir, d->bytes + p->at + done, cut < p->len - done ? cut : p->len - done);
    }
}

static inline char *dialogue_said(const struct dissector *dissector, const struct dialogue *d, size_t step,
                                  const char *fields)
{
    struct dissect_run run;
    dissect_run_begin(&run, dissector, fields);
    dialogue_play(&run, d, step);
    return dissect_run_end(&run);
}

/* The transcript of a dialogue; the caller frees it. */
static inline char *dissect_dialogue(const struct dissector *dissector, const char *text, size_t step,
                                     const char *fields)
{
    struct dialogue *d = dialogue_read(text);
    char *said = dialogue_said(dissector, d, step, fields);
    dialogue_free(d);
    return said;
}

/* The same over one of the ways that a dissector takes. */
static inline char *dissect_dialogue_over(const struct dissector *dissector, enum dissect_over over, const char *text, const char *fields)
{
    struct dissect_run run;
    struct dialogue *d = dialogue_read(text);
    dissect_run_begin(&run, dissector, fields);
    run.conv.over = over;
    dialogue_play(&run, d, 0);
    dialogue_free(d);
    return dissect_run_end(&run);
}

/* What the probe says to a dialogue's first piece. */
static inline enum probe dissect_probed(const struct dissector *dissector, enum dissect_over over, const char *text)
{
    struct dialogue *d = dialogue_read(text);
    struct conversation conv = { .over = over };
    enum probe verdict = dissector->probe(&conv, cursor_over(d->bytes, d->pieces[0].len));
    dialogue_free(d);
    return verdict;
}

/* A row of a probe's table: what it says to these bytes, the first that the client sends (the server, with "<" before them). */
struct first_bytes { const char *name, *wire; enum probe want; };

static inline void dissect_probe_holds(const struct dissector *dissector, enum dissect_over over, const struct first_bytes *t)
{
    bool server = t->wire[0] == '<';
    struct conversation conv = { .over = over, .dir = server ? FROM_SERVER : FROM_CLIENT };
    uint8_t wire[256];
    size_t n = unhex(t->wire + server, wire, sizeof wire);
    if (dissector->probe(&conv, cursor_over(wire, n)) != t->want)
        fail_msg("%s", t->name);
}

/* A dissector that takes one of its ways only, for a table of datagrams or of streams. */
static inline struct dissector dissect_only(const struct dissector *dissector, enum dissect_over over)
{
    struct dissector d = *dissector;
    d.over = over;
    return d;
}

struct dialogue_case {
    const char *name;
    const char *text;
    const char *fields;     /* NULL: every field */
    const char *want;       /* the transcript */
};

static inline void dialogue_case_holds(const struct dissector *dissector, const struct dialogue_case *c)
{
    char *said = dissect_dialogue(dissector, c->text, 0, c->fields);
    if (strcmp(said, c->want) != 0)
        fail_msg("%s:\n--- said\n%s--- wanted\n%s", c->name, said, c->want);
    free(said);
}

/* The same records, whatever the cut of the stream: each step from one byte up. */
static inline void dissect_same_for_every_cut(const struct dissector *dissector, const char *text)
{
    struct dialogue *d = dialogue_read(text);
    char *whole = dialogue_said(dissector, d, 0, NULL);
    for (size_t step = 1; step < d->len && step < 200; step++) {
        char *said = dialogue_said(dissector, d, step, NULL);
        if (strcmp(said, whole) != 0)
            fail_msg("in pieces of %zu:\n--- said\n%s--- in one piece\n%s", step, said, whole);
        free(said);
    }
    free(whole);
    dialogue_free(d);
}

/* Nothing to assert but what the driver and the sanitizers assert: no byte too far, no lie, nothing kept. */
static inline void dissect_survives_every_prefix(const struct dissector *dissector, const char *text)
{
    struct dialogue *d = dialogue_read(text);
    struct dialogue *cut = dialogue_read("");
    for (size_t n = 0; n < d->len; n++) {
        *cut = (struct dialogue){ .bytes = cut->bytes, .len = n };
        memcpy(cut->bytes, d->bytes, n);
        for (size_t i = 0; i < d->count && d->pieces[i].at < n; i++) {
            cut->pieces[cut->count] = d->pieces[i];
            struct dialogue_piece *p = &cut->pieces[cut->count++];
            if (!p->gap && p->len > n - p->at)
                p->len = n - p->at;
        }
        free(dialogue_said(dissector, cut, 0, NULL));
    }
    dialogue_free(cut);
    dialogue_free(d);
}

static inline void dissect_survives_every_bit_change(const struct dissector *dissector, const char *text)
{
    struct dialogue *d = dialogue_read(text);
    for (size_t bit = 0; bit < d->len * 8; bit++) {
        d->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        free(dialogue_said(dissector, d, 0, NULL));
        d->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    dialogue_free(d);
}

/* One fuzz input as a dialogue: a byte with direction (bit 7), gap (bit 6) and length (the rest, times four), then so
 * many bytes. Gives 0, as libFuzzer wants. */
static inline int dissect_fuzz(const struct dissector *dissector, const uint8_t *bytes, size_t size)
{
    struct dissect_run run;
    dissect_run_begin(&run, dissector, NULL);
    run.sink.file_wants = 7;        /* every digest */
    while (size > 1) {
        enum direction dir = *bytes & 0x80 ? FROM_SERVER : FROM_CLIENT;
        bool gap = (*bytes & 0x40) != 0;
        size_t n = (*bytes & 0x3fu) * 4 + 1;
        bytes++;
        size--;
        if (gap) {
            dissect_run_gap(&run, dir, n);
            continue;
        }
        if (n > size)
            n = size;
        dissect_run_bytes(&run, dir, bytes, n);
        bytes += n;
        size -= n;
    }
    free(dissect_run_end(&run));
    return 0;
}

#endif
