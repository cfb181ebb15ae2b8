#include "ctl/intel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "events/indicator.h"

struct checked { size_t good[INDICATOR_KINDS], revoked, refused, expired; };

static void on_good(void *ctx, const struct indicator *i)
{
    struct checked *c = ctx;
    c->good[i->kind]++;
    c->revoked += i->revoked;
}

static void on_bad(void *ctx, const struct fault *f)
{
    struct checked *c = ctx;
    c->refused += f->code != -ESTALE;
    c->expired += f->code == -ESTALE;
    printf("%s\n", f->why);
}

static void print_sum(const struct checked *c)
{
    size_t all = 0;
    for (int kind = 0; kind < INDICATOR_KINDS; kind++)
        all += c->good[kind];
    printf("%zu good", all);
    const char *between = ": ";
    for (int kind = 0; kind < INDICATOR_KINDS; kind++) {
        if (c->good[kind] == 0)
            continue;
        printf("%s%zu %s", between, c->good[kind], indicator_kinds[kind]);
        between = ", ";
    }
    printf("; %zu of them revocations, %zu refused, %zu expired\n", c->revoked, c->refused, c->expired);
}

int intel_run(struct cli *cli, int argc, char **argv)
{
    struct checked checked = { .refused = 0 };
    struct indicator_reader reader = { on_good, on_bad, &checked, clock_wall_us(), NULL };
    struct fault f;
    if (argc != 3 || strcmp(argv[1], "check") != 0)
        return cli_fail(cli, EX_USAGE, "expected intel check FILE; see --help");
    int rc = indicator_file(argv[2], &reader, &f);
    if (rc < 0)
        return cli_fail(cli, rc == -ENOENT ? EX_NOINPUT : EX_DATAERR, "%s", f.why);
    print_sum(&checked);
    return checked.refused > 0 ? EX_DATAERR : EX_OK;
}
