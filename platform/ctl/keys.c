#include "ctl/keys.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "archive/keyring.h"
#include "archive/settings.h"
#include "common/clock.h"

enum { OPTION_KEYS = CLI_OPTION_OWN };

static int show(const char *dir, struct fault *f)
{
    struct keyring r;
    char when[CLOCK_TEXT_MAX];
    int rc = keyring_load(&r, dir, f);
    for (size_t i = 0; i < r.count; i++) {
        clock_text(r.entries[i].since_us, when);
        printf("%s  since %.19s  %s%s\n", sign_key_id(r.entries[i].key), when, sign_key_fingerprint(r.entries[i].key),
               i + 1 == r.count ? "  signs 现用" : "");
    }
    keyring_free(&r);
    return rc;
}

static int say(const char *dir, struct fault *f)
{
    int rc = show(dir, f);
    if (rc == 0)
        printf("\nGive %s/sm2.pub, or the fingerprint (SM3) above, to those who will verify, by another way than this machine.\n"
               "请将公钥或其指纹（SM3）另行交给核验方。\n", dir);
    return rc;
}

static int exit_code(const struct cli *cli, int rc, const struct fault *f)
{
    if (rc == 0)
        return EX_OK;
    return cli_fail(cli, rc == -EEXIST ? EX_CANTCREAT : rc == -ENOENT ? EX_NOINPUT : rc == -EPERM || rc == -EACCES ? EX_NOPERM
                       : rc == -EBADMSG || rc == -EUCLEAN ? EX_DATAERR : EX_IOERR, "%s", f->why);
}

static int carry_out(const struct cli *cli, const char *word, const char *dir)
{
    struct fault f = { 0 };
    uint64_t now_us = clock_wall_us();
    if (strcmp(word, "init") == 0)
        return exit_code(cli, keyring_init(dir, now_us, &f) < 0 ? f.code : say(dir, &f), &f);
    if (strcmp(word, "rotate") == 0)
        return exit_code(cli, keyring_rotate(dir, now_us, &f) < 0 ? f.code : say(dir, &f), &f);
    if (strcmp(word, "show") == 0)
        return exit_code(cli, show(dir, &f), &f);
    return cli_fail(cli, EX_USAGE, "expected keys init, keys show or keys rotate; see --help");
}

int keys_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = { { "keys", required_argument, NULL, OPTION_KEYS }, CLI_LONG, { 0 } };
    struct archive_settings s = { 0 };
    struct settings_section section = archive_section(&s);
    const char *dir = NULL;
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        if (option == OPTION_KEYS)
            dir = optarg;
        else if (!cli_common(cli, option, optarg))
            return EX_USAGE;
    }
    int code = cli_settings(cli, &section, 1);
    if (code == 0)
        code = carry_out(cli, optind + 1 == argc ? argv[optind] : "", dir != NULL ? dir : s.keys);
    settings_free(&section, 1);
    return code;
}
