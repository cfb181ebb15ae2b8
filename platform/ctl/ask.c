#include "ctl/ask.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bus/post.h"
#include "common/clock.h"

enum { ANSWER_MAX = 8192 };

int ask_identify(struct command *c, struct asker *room, struct fault *f)
{
    char host[48] = "host";
    const struct passwd *user = getpwuid(getuid());
    if (user == NULL)
        return fault_set(f, -ENOENT, "user %u has no name", getuid());
    snprintf(room->who, sizeof room->who, "%s", user->pw_name);
    c->at_us = clock_wall_us();
    if (*room->id == '\0') {
        gethostname(host, sizeof host - 1);
        snprintf(room->id, sizeof room->id, "%.40s-%.24s-%" PRIx64, host, room->who, c->at_us);
        for (char *p = room->id; *p != '\0'; p++)
            *p = isalnum((unsigned char)*p) || strchr("._@-+", *p) != NULL ? *p : '-';
    }
    c->id = room->id;
    c->who = room->who;
    return command_id_fits(room->id) ? 0 : fault_set(f, -EINVAL, "--id: expected 1 to 95 letters, digits or ._@-+");
}

int ask(const struct command *c, const struct bus_settings *bus, uint64_t wait_s, struct answer *out, struct fault *f)
{
    static char json[COMMAND_BYTES_MAX], answer[ANSWER_MAX];
    struct text t = text_over(json, sizeof json);
    struct fault why;
    if (*bus->redis == '\0')
        return fault_set(f, -EINVAL, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    command_json(c, &t);
    if (t.cut)
        return fault_set(f, -E2BIG, "the command is longer than %d bytes", COMMAND_BYTES_MAX);
    struct post p = { .redis = bus->redis, .user = bus->user, .password = bus->password, .region = c->region, .id = c->id,
                      .json = t.at, .len = t.len, .answers = COMMAND_ANSWERS, .wait_us = wait_s * 1000000 };
    int rc = post_command(&p, answer, sizeof answer, f);
    if (rc > 0 && answer_parse(answer, (size_t)rc, out, &why) != 0)
        return fault_set(f, -EPROTO, "the answer cannot be read: %s", why.why);
    return rc > 0 ? 1 : rc;
}

int ask_refused(const struct cli *cli, const struct answer *a)
{
    static const struct { const char *code; int exit; } codes[] = {
        { "forbidden_role", EX_NOPERM }, { "out_of_scope", EX_NOPERM }, { "second_person", EX_NOPERM }, { "not_owner", EX_NOPERM },
        { "stale_version", EX_TEMPFAIL }, { "too_many", EX_TEMPFAIL },
    };
    int exit = EX_DATAERR;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(codes[i].code, a->code) == 0)
            exit = codes[i].exit;
    return cli_fail(cli, exit, "refused (%s): %s\n%s", a->code, a->en, a->zh);
}

int ask_failed(const struct cli *cli, int rc, const struct fault *f)
{
    return cli_fail(cli, rc == -EACCES ? EX_NOPERM : rc == -EINVAL ? EX_CONFIG : rc == -E2BIG ? EX_DATAERR
                       : rc == -EPROTO ? EX_SOFTWARE : EX_UNAVAILABLE, "%s", f->why);
}
