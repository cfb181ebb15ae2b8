/* archive - the same tests on both stores: a folder of SQLite files, and a database of a real server. */
#ifndef SUPPORT_ARCHIVE_H
#define SUPPORT_ARCHIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "tests/support/postgres.h"

enum store { SQLITE, POSTGRESQL, STORES };
static const char *const store_names[STORES] = { "SQLite", "PostgreSQL" };

struct world { enum store store; struct postgres server; unsigned databases; };
struct place { struct world *world; char dir[64], where[256]; struct archive *writer, *reader; };

/* Only folders that mkdtemp() named come here. */
static inline void remove_folder(const char *dir)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", dir);
}

static inline struct archive *open_one(const struct place *p, enum archive_mode mode)
{
    struct fault f = { 0 };
    struct archive *a = archive_open(p->where, mode, &f);
    if (a == NULL)
        fail_msg("%s", f.why);
    return a;
}

static inline void open_both(struct place *p, void **state)
{
    char name[32];
    *p = (struct place){ .world = *state };
    if (p->world->store == SQLITE) {
        strcpy(p->dir, "/tmp/archive-XXXXXX");
        assert_non_null(mkdtemp(p->dir));
        snprintf(p->where, sizeof p->where, "%s", p->dir);
    } else {
        snprintf(name, sizeof name, "archive%u", p->world->databases++);
        snprintf(p->where, sizeof p->where, "postgresql:%s", postgres_database(&p->world->server, name));
    }
    p->writer = open_one(p, ARCHIVE_WRITE);
    p->reader = open_one(p, ARCHIVE_READ);
}

static inline void close_both(struct place *p)
{
    archive_close(p->reader);
    archive_close(p->writer);
    if (*p->dir != '\0')
        remove_folder(p->dir);
}

static inline void put(struct place *p, const char *json)
{
    struct fault f = { 0 };
    assert_int_equal(archive_begin(p->writer, &f), 0);
    if (archive_put(p->writer, "alerts", "430100", json, strlen(json), &f) != 0 || archive_commit(p->writer, &f) != 0)
        fail_msg("%s", f.why);
}

enum { TESTS_MAX = 64 };

/* The same tests on one store. */
static inline int run_on(struct world *w, enum store store, const struct CMUnitTest *tests, size_t count)
{
    struct CMUnitTest with[TESTS_MAX];
    w->store = store;
    for (size_t i = 0; i < count; i++) {
        with[i] = tests[i];
        with[i].initial_state = w;
    }
    return _cmocka_run_group_tests(store_names[store], with, count, NULL, NULL);
}

#define COUNT(tests) (sizeof(tests) / sizeof *(tests))

#endif
