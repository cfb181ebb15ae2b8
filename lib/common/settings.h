/* settings - fengsui.yaml: one section per program, one table row per setting.
 *
 * The row feeds the parser, -T, --set, --dump-config and the manual page, so they cannot disagree.
 *
 *     sensor:
 *       name: changsha-01          # text
 *       flow:
 *         max: 262144              # row named "flow.max"
 *       rules: [ /etc/fengsui/rules/ot.rules ]
 *       vars: { HOME_NET: "[10.0.0.0/8]" }
 *
 * Ownership  a program has a plain struct; rows give offsets into it. Text, lists and maps are owned by
 *            the struct and freed by settings_free().
 * Errors     one sentence with file, line, column, setting and what was expected. settings_load()
 *            changes nothing unless the whole file is good: all of the new or all of the old.
 * Unknown    names are errors with the nearest known name offered; unknown sections are not, since
 *            they belong to other programs.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/fault.h"

enum setting_type {
    SETTING_BOOL,       /* bool: true/false, yes/no, on/off */
    SETTING_UINT,       /* uint64_t */
    SETTING_SIZE,       /* uint64_t bytes: 512, 64 KiB, 10 MiB, 1 GiB */
    SETTING_TIME,       /* uint64_t microseconds: 500 ms, 30 s, 5 min, 2 h, 180 d */
    SETTING_REAL,       /* double */
    SETTING_CHOICE,     /* int: the index into .choices */
    SETTING_TEXT,       /* char * */
    SETTING_LIST,       /* struct setting_list: texts */
    SETTING_MAP         /* struct setting_list: "NAME=value" texts */
};

struct setting_list {
    char **items;
    size_t count;
};

struct setting {
    const char        *name;        /* below the section: "flow.max" */
    enum setting_type  type;
    size_t             offset;      /* into the section's struct */
    const char        *fallback;    /* as it would be written in the file; NULL: empty */
    uint64_t           lowest, highest;     /* UINT, SIZE, TIME; 0, 0 means any */
    const char *const *choices;     /* CHOICE: names, NULL-terminated */
    const char        *about;       /* one sentence for the manual */
};

struct settings_section {
    const char           *name;     /* "sensor", "bus" */
    const struct setting *rows;
    size_t                count;
    void                 *into;
};

/* Sets everything to its fallback. Must be called first, on a zeroed struct. */
int settings_defaults(const struct settings_section *sections, size_t count, struct fault *f);

/* The file over what is there. */
int settings_load(const struct settings_section *sections, size_t count, const char *path, struct fault *f);

/* --set section.name=value, or name=value for the first section. */
int settings_set(const struct settings_section *sections, size_t count, const char *assignment, struct fault *f);

void settings_dump(const struct settings_section *sections, size_t count, FILE *out);      /* YAML, with each row's sentence */
void settings_manual(const struct settings_section *sections, size_t count, FILE *out);    /* roff, for the manual page */
void settings_free(const struct settings_section *sections, size_t count);

#endif
