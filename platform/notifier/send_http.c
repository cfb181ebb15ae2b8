/* Webhooks and mail: the only door to libcurl. */
#include "notifier/send.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- what both need ---- */

struct transfer {
    CURL *curl;
    struct curl_slist *list;        /* headers, or recipients */
    char  why[CURL_ERROR_SIZE];
    bool  failed;                   /* memory is out */
};

static size_t swallow(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * n;
}

static void add(struct transfer *x, const char *line)
{
    struct curl_slist *more = curl_slist_append(x->list, line);
    x->failed |= more == NULL;
    x->list = more != NULL ? more : x->list;
}

/* No proxy of the environment, no redirect, no signal handlers in threads, and an end to all waiting. */
static bool transfer_begin(struct transfer *x, const struct sending *s, const char *protocols)
{
    *x = (struct transfer){ .curl = curl_easy_init() };
    if (x->curl == NULL)
        return false;
    CURLcode rc = curl_easy_setopt(x->curl, CURLOPT_URL, s->target->address);
    rc |= curl_easy_setopt(x->curl, CURLOPT_PROTOCOLS_STR, protocols);
    rc |= curl_easy_setopt(x->curl, CURLOPT_PROXY, "");
    rc |= curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, x->why);
    rc |= curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, swallow);
    rc |= curl_easy_setopt(x->curl, CURLOPT_TIMEOUT_MS, (long)(s->timeout_us / 1000));
    rc |= curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(s->timeout_us / 1000));
    rc |= curl_easy_setopt(x->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (*s->target->ca != '\0')
        rc |= curl_easy_setopt(x->curl, CURLOPT_CAINFO, s->target->ca);
    return rc == CURLE_OK;
}

static void transfer_end(struct transfer *x)
{
    curl_slist_free_all(x->list);
    curl_easy_cleanup(x->curl);
}

static enum sent out_of_memory(struct transfer *x, struct fault *f)
{
    transfer_end(x);
    fault_set(f, -ENOMEM, "libcurl cannot be set up");
    return SENT_LATER;
}

static void told(struct fault *f, const struct transfer *x, CURLcode rc)
{
    fault_set(f, -EIO, "%s", *x->why != '\0' ? x->why : curl_easy_strerror(rc));
}

/* ---- webhooks ---- */

/* Over the time and the body, so that neither an old message nor another body passes under it. */
void webhook_signature(const struct target *t, uint64_t seconds, const char *body, size_t len, char out[SIGNATURE_MAX])
{
    struct text sum = text_over(out, SIGNATURE_MAX);
    uint8_t digest[HASH_MAX];
    char *all = malloc(len + 32);
    if (all == NULL)
        abort();            /* unsigned it must not go */
    int head = snprintf(all, 32, "%llu.", (unsigned long long)seconds);
    memcpy(all + head, body, len);
    size_t n = hash_hmac(t->sign, t->secret, strlen(t->secret), all, (size_t)head + len, digest);
    free(all);
    text_str(&sum, t->sign == HASH_SM3 ? "hmac-sm3=" : "hmac-sha256=");
    text_hex(&sum, digest, n);
    text_end(&sum);
}

static void add_headers(struct transfer *x, const struct sending *s)
{
    const struct message *m = s->message;
    unsigned long long seconds = s->wall_us / 1000000;
    char line[256], signature[SIGNATURE_MAX];
    snprintf(line, sizeof line, "Content-Type: %s", m->media);
    add(x, line);
    snprintf(line, sizeof line, "Idempotency-Key: %s", m->key);
    add(x, line);
    snprintf(line, sizeof line, "X-Fengsui-Timestamp: %llu", seconds);
    add(x, line);
    if (s->target->secret != NULL) {
        webhook_signature(s->target, seconds, m->body, m->len, signature);
        snprintf(line, sizeof line, "X-Fengsui-Signature: %s", signature);
        add(x, line);
    }
    add(x, "Expect:");          /* no question beforehand: one round less, and some servers answer it wrongly */
}

/* What a status says of the target and what of the message (RFC 9110 section 15). A wrong address or key is the target's
 * matter: nothing would get through. */
static enum sent judged(long status)
{
    static const long of_the_message[] = { 400, 406, 409, 411, 413, 414, 415, 422, 451 };
    if (status >= 200 && status < 300)
        return SENT_DONE;
    for (size_t i = 0; i < sizeof of_the_message / sizeof of_the_message[0]; i++)
        if (status == of_the_message[i])
            return SENT_REFUSED;
    return SENT_LATER;
}

enum sent send_webhook(const struct sending *s, uint64_t *wait_us, struct fault *f)
{
    struct transfer x;
    long status = 0;
    curl_off_t later = 0;
    if (!transfer_begin(&x, s, s->target->plain ? "http,https" : "https"))
        return out_of_memory(&x, f);
    add_headers(&x, s);
    CURLcode rc = curl_easy_setopt(x.curl, CURLOPT_HTTPHEADER, x.list);
    rc |= curl_easy_setopt(x.curl, CURLOPT_USERAGENT, "Fengsui/" FENGSUI_VERSION);
    rc |= curl_easy_setopt(x.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->message->len);
    rc |= curl_easy_setopt(x.curl, CURLOPT_POSTFIELDS, s->message->body);
    if (rc != CURLE_OK || x.failed)
        return out_of_memory(&x, f);
    rc = curl_easy_perform(x.curl);
    curl_easy_getinfo(x.curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(x.curl, CURLINFO_RETRY_AFTER, &later);
    enum sent sent = rc == CURLE_OK ? judged(status) : SENT_LATER;
    if (rc != CURLE_OK)
        told(f, &x, rc);
    else if (sent != SENT_DONE)
        fault_set(f, -EPROTO, "it answered %ld", status);
    *wait_us = later > 0 && later < 86400 ? (uint64_t)later * 1000000 : 0;
    transfer_end(&x);
    return sent;
}

/* ---- mail ---- */

/* RFC 2047: words of at most 75 letters, each whole characters in base64. */
static void encoded_words(const char *text, struct text *out)
{
    enum { WORD_BYTES = 45 };
    size_t left = strlen(text);
    for (bool first = true; left > 0; first = false) {
        char piece[WORD_BYTES + 1];
        struct text p = text_over(piece, sizeof piece);
        text_clip(&p, text, WORD_BYTES);
        if (p.len == 0)
            return;
        text_str(out, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        text_base64(out, p.at, p.len);
        text_lit(out, "?=");
        text += p.len;
        left -= p.len;
    }
}

static void base64_lines(const char *bytes, size_t n, struct text *out)
{
    enum { LINE_BYTES = 57 };       /* 76 letters */
    for (size_t at = 0; at < n; at += LINE_BYTES) {
        text_base64(out, bytes + at, n - at < LINE_BYTES ? n - at : LINE_BYTES);
        text_lit(out, "\r\n");
    }
}

static void mail_date(uint64_t wall_us, struct text *out)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    char offset[8];
    localtime_r(&seconds, &tm);
    strftime(offset, sizeof offset, "%z", &tm);
    text_fmt(out, "Date: %s, %d %s %d %02d:%02d:%02d %s\r\n", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
             tm.tm_min, tm.tm_sec, offset);
}

/* Every version of a thing answers the same message that never was, so that a mail reader shows them as one talk. */
static void mail_thread(const struct message *m, const char *domain, struct text *out)
{
    text_fmt(out, "Message-ID: <%s@%s>\r\n", m->key, domain);
    if (m->count == 1)
        text_fmt(out, "References: <%s@%s>\r\n", m->things[0].id, domain);
}

void mail_write(const struct sending *s, struct text *out)
{
    const struct message *m = s->message;
    mail_date(s->wall_us, out);
    text_fmt(out, "From: <%s>\r\nTo: ", s->target->from);
    for (const char *at = s->target->to; *at != '\0'; at++)
        if (*at == ',')
            text_lit(out, ",\r\n ");
        else
            text_char(out, *at);
    text_lit(out, "\r\nSubject: ");
    encoded_words(m->subject, out);
    text_lit(out, "\r\n");
    mail_thread(m, s->house->domain, out);
    text_lit(out, "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n");
    text_fmt(out, "Content-Type: %s\r\n", m->media);
    if (s->target->form != EXCHANGE_TEXT)
        text_fmt(out, "Content-Disposition: attachment; filename=\"%s.%s\"\r\n", m->key, m->suffix);
    text_lit(out, "Content-Transfer-Encoding: base64\r\n\r\n");
    base64_lines(m->body, m->len, out);
}

static size_t read_mail(char *into, size_t size, size_t n, void *ctx)
{
    struct text *left = ctx;        /* .at moves on, .len is what is left */
    size_t most = size * n < left->len ? size * n : left->len;
    memcpy(into, left->at, most);
    left->at += most;
    left->len -= most;
    return most;
}

static void add_recipients(struct transfer *x, const char *to)
{
    char one[sizeof ((struct target *)0)->to];
    while (*to != '\0') {
        size_t n = strcspn(to, ",");
        snprintf(one, sizeof one, "<%.*s>", (int)n, to);
        add(x, one);
        to += n + (to[n] == ',');
    }
}

static CURLcode set_mail(struct transfer *x, const struct sending *s, const char *from, const char *user, const char *password)
{
    CURLcode rc = curl_easy_setopt(x->curl, CURLOPT_MAIL_FROM, from);
    rc |= curl_easy_setopt(x->curl, CURLOPT_MAIL_RCPT, x->list);
    rc |= curl_easy_setopt(x->curl, CURLOPT_UPLOAD, 1L);
    rc |= curl_easy_setopt(x->curl, CURLOPT_USE_SSL, s->target->plain ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
    if (user != NULL) {
        rc |= curl_easy_setopt(x->curl, CURLOPT_USERNAME, user);
        rc |= curl_easy_setopt(x->curl, CURLOPT_PASSWORD, password);
    }
    return rc;
}

/* 5yz after the connection is about this message (RFC 5321 section 4.2.1); sign-in and TLS are the target's matter. */
static enum sent mail_judged(CURLcode rc, long status)
{
    if (rc == CURLE_OK)
        return SENT_DONE;
    return status >= 550 && status < 560 ? SENT_REFUSED : SENT_LATER;
}

static enum sent mail_perform(struct transfer *x, const struct sending *s, struct text *letter, struct fault *f)
{
    char from[160], secret[512], *password = NULL;
    long status = 0;
    snprintf(from, sizeof from, "<%s>", s->target->from);
    snprintf(secret, sizeof secret, "%s", s->target->secret != NULL ? s->target->secret : "");
    if ((password = strchr(secret, ':')) != NULL)
        *password++ = '\0';
    add_recipients(x, s->target->to);
    CURLcode rc = set_mail(x, s, from, password != NULL ? secret : NULL, password);
    rc |= curl_easy_setopt(x->curl, CURLOPT_READFUNCTION, read_mail);
    rc |= curl_easy_setopt(x->curl, CURLOPT_READDATA, letter);
    if (rc != CURLE_OK || x->failed) {
        fault_set(f, -ENOMEM, "libcurl cannot be set up");
        return SENT_LATER;
    }
    rc = curl_easy_perform(x->curl);
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
    if (rc != CURLE_OK)
        told(f, x, rc);
    return mail_judged(rc, status);
}

enum sent send_mail(const struct sending *s, uint64_t *wait_us, struct fault *f)
{
    struct transfer x;
    size_t room = s->message->len * 3 / 2 + 8192;
    char *bytes = malloc(room);
    struct text letter = text_over(bytes, bytes != NULL ? room : 0);
    (void)wait_us;
    if (bytes != NULL)
        mail_write(s, &letter);
    if (bytes == NULL || letter.cut || !transfer_begin(&x, s, "smtp,smtps")) {
        free(bytes);
        fault_set(f, -ENOMEM, "no memory for a mail");
        return SENT_LATER;
    }
    enum sent sent = mail_perform(&x, s, &letter, f);
    transfer_end(&x);
    free(bytes);
    return sent;
}
