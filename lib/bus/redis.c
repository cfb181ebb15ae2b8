#include "bus/redis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

static int parse_tcp(const char *text, const char *at, struct redis_where *out, struct fault *f)
{
    const char *colon = strrchr(at, ':');
    char *end;
    long port = colon ? strtol(colon + 1, &end, 10) : 0;
    size_t n = colon ? (size_t)(colon - at) : 0;
    if (n > 2 && at[0] == '[' && at[n - 1] == ']') {
        at++;
        n -= 2;
    }
    if (colon == NULL || n == 0 || n >= sizeof out->host || *end != '\0' || port < 1 || port > 65535)
        return fault_set(f, -EINVAL, "redis address `%s`: expected tcp:HOST:PORT or unix:/PATH", text);
    memcpy(out->host, at, n);
    out->host[n] = '\0';
    out->port = (int)port;
    return 0;
}

int redis_where_parse(const char *text, const char *user, const char *password, struct redis_where *out, struct fault *f)
{
    *out = (struct redis_where){ .user = user, .password = password };
    if (strncmp(text, "tcp:", 4) == 0)
        return parse_tcp(text, text + 4, out, f);
    if (strncmp(text, "unix:", 5) != 0 || text[5] == '\0')
        return fault_set(f, -EINVAL, "redis address `%s`: expected unix:/PATH or tcp:HOST:PORT", text);
    if (strlen(text + 5) > 107)         /* sun_path, unix(7) */
        return fault_set(f, -EINVAL, "redis address `%s`: a socket's path has at most 107 bytes", text);
    strcpy(out->host, text + 5);
    return 0;
}

static bool info_value(const char *info, const char *name, char *out, size_t cap)
{
    const char *at = strstr(info, name);
    if (at == NULL)
        return false;
    at += strlen(name);
    size_t n = strcspn(at, "\r\n");
    if (n >= cap)
        n = cap - 1;
    memcpy(out, at, n);
    out[n] = '\0';
    return true;
}

void redis_info_parse(const char *info, struct redis_server *out)
{
    char number[24] = "";
    *out = (struct redis_server){ 0 };
    info_value(info, "\nrun_id:", out->run_id, sizeof out->run_id);
    info_value(info, "\nmaxmemory_policy:", out->policy, sizeof out->policy);
    out->loading = info_value(info, "\nloading:", number, sizeof number) && number[0] == '1';
    out->aof = info_value(info, "\naof_enabled:", number, sizeof number) && number[0] == '1';
}

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

static int sign_in(redisContext *c, const struct redis_where *w, struct fault *f)
{
    if (!is_set(w->password))
        return 0;
    redisReply *r = is_set(w->user) ? redisCommand(c, "AUTH %s %s", w->user, w->password)
                                    : redisCommand(c, "AUTH %s", w->password);
    int rc = r == NULL ? fault_set(f, -EIO, "%s", c->errstr)
           : r->type == REDIS_REPLY_ERROR ? fault_set(f, -EACCES, "the password is refused: %s", r->str) : 0;
    freeReplyObject(r);
    return rc;
}

static int ask(redisContext *c, struct redis_server *out, struct fault *f)
{
    redisReply *r = redisCommand(c, "INFO");
    int rc = 0;
    if (r == NULL)
        rc = fault_set(f, -EIO, "%s", c->errstr);
    else if (r->type == REDIS_REPLY_ERROR)
        rc = fault_set(f, -EACCES, "%s", r->str);
    else
        redis_info_parse(r->str ? r->str : "", out);
    if (rc == 0 && out->loading)
        rc = fault_set(f, -EAGAIN, "it is loading its data");
    freeReplyObject(r);
    return rc;
}

redisContext *redis_connect(const struct redis_where *w, uint64_t timeout_us, struct redis_server *server, struct fault *f)
{
    struct timeval tv = { (time_t)(timeout_us / 1000000), (suseconds_t)(timeout_us % 1000000) };
    redisContext *c = w->port ? redisConnectWithTimeout(w->host, w->port, tv) : redisConnectUnixWithTimeout(w->host, tv);
    int rc = 0;
    if (c == NULL)
        rc = fault_set(f, -ENOMEM, "no memory");
    else if (c->err)
        rc = fault_set(f, -ECONNREFUSED, "%s", c->errstr);
    else
        redisSetTimeout(c, tv);
    if (rc == 0)
        rc = sign_in(c, w, f);
    if (rc == 0)
        rc = ask(c, server, f);
    if (rc == 0)
        return c;
    if (c != NULL)
        redisFree(c);
    return NULL;
}

bool redis_is_safe(const struct redis_server *s, const struct redis_where *w, struct fault *f)
{
    if (!s->aof)
        log_warning("redis at %s: appendonly is off; what is in the streams is lost when it stops. Set `appendonly yes`",
                    w->host);
    if (s->policy[0] == '\0' || strcmp(s->policy, "noeviction") == 0)
        return true;
    fault_set(f, -EPERM, "redis at %s: maxmemory-policy is %s and would silently drop streams; set it to noeviction",
              w->host, s->policy);
    return false;
}

uint64_t redis_info_number(const redisReply *info, const char *name)
{
    size_t n = strlen(name);
    const char *at = info != NULL && info->type == REDIS_REPLY_STRING ? strchr(info->str, '\n') : NULL;
    for (; at != NULL; at = strchr(at, '\n')) {
        at++;
        if (strncmp(at, name, n) == 0 && at[n] == ':')
            return strtoull(at + n + 1, NULL, 10);
    }
    return 0;
}
