#include "common/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_config[] = "/etc/fengsui/fengsui.yaml";

int cli_fail(const struct cli *c, int exit_code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "%s: ", c->program);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    return exit_code;
}

bool cli_common(struct cli *c, int option, const char *argument)
{
    switch (option) {
    case 'c':
        if (c->config_over != NULL)
            exit(cli_fail(c, EX_USAGE, "more than two -c"));
        *(c->config == NULL ? &c->config : &c->config_over) = argument;
        return true;
    case 'T':
        c->check = true;
        return true;
    case 'v':
        c->level = LOG_LEVEL_DEBUG;
        return true;
    case CLI_OPTION_DUMP:
        c->dump = true;
        return true;
    case CLI_OPTION_MANUAL:
        c->manual = true;
        return true;
    case CLI_OPTION_SET:
        if (c->set_count == CLI_SET_MAX)
            exit(cli_fail(c, EX_USAGE, "more than %d --set", CLI_SET_MAX));
        c->set[c->set_count++] = argument;
        return true;
    case 'h':
        fputs(c->usage, stdout);
        exit(EX_OK);
    case 'V':
        printf("%s %s\n", c->program, FENGSUI_VERSION);
        exit(EX_OK);
    default:
        return false;
    }
}

int cli_settings(const struct cli *c, const struct settings_section *sections, size_t count)
{
    struct fault f = { 0 };
    const char *path = c->config;
    if (c->manual) {
        settings_manual(sections, count, stdout);
        exit(EX_OK);
    }
    if (path == NULL && access(default_config, F_OK) == 0)
        path = default_config;
    int rc = settings_defaults(sections, count, &f);
    if (rc == 0 && path != NULL)
        rc = settings_load(sections, count, path, &f);
    if (rc == 0 && c->config_over != NULL)
        rc = settings_load(sections, count, c->config_over, &f);
    for (unsigned i = 0; i < c->set_count && rc == 0; i++)
        rc = settings_set(sections, count, c->set[i], &f);
    if (rc < 0)
        return cli_fail(c, rc == -EACCES ? EX_NOPERM : EX_CONFIG, "%s", f.why);
    if (c->dump) {
        settings_dump(sections, count, stdout);
        exit(EX_OK);
    }
    return 0;
}
