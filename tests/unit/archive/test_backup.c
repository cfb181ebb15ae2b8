#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <unistd.h>
#include <sqlite3.h>

#include "archive/backup.h"
#include "tests/support/archive.h"

#define ALERT(id, when, text) \
    "{\"id\":\"" id "\",\"timestamp\":\"" when "\",\"event_type\":\"alert\",\"region\":\"430100\",\"src_ip\":\"192.0.2.7\"," \
    "\"alert\":{\"signature_id\":7,\"severity\":2,\"signature\":\"" text "\"}}"

static const char incident[] =
    "{\"id\":\"I-1:1\",\"timestamp\":\"2026-11-03T00:00:00Z\",\"event_type\":\"incident\",\"region\":\"430100\",\"incident\":"
    "{\"id\":\"I-1\",\"version\":1,\"title\":{\"zh\":\"越权写线圈\",\"en\":\"Coil written\"},\"state\":\"new\",\"level\":2,"
    "\"alert_ids\":[\"a:1:0\",\"a:1:1\"],\"attackers\":[{\"address\":\"192.0.2.7\"}]}}";

static void fill(struct place *p)
{
    put(p, ALERT("a:1:0", "2026-10-31T23:00:00Z", "Modbus write coil"));
    put(p, ALERT("a:1:1", "2026-11-01T00:00:00Z", "长沙供电公司"));
    put(p, ALERT("a:1:2", "2026-11-01T00:00:00Z", "with a NUL \\u0000 in it"));
    put(p, incident);
}

/* ---- what is told ---- */

struct told { char text[4096]; unsigned wrong; };

/* "2026-11 2+1, incidents 1+2", and what is wrong with it. */
static void tell(void *told, const struct archive_part *p)
{
    struct told *t = told;
    size_t n = strlen(t->text);
    if (p->wrong[0] == '\0')
        snprintf(t->text + n, sizeof t->text - n, "%s%s %llu+%llu", n ? ", " : "", p->name, (unsigned long long)p->rows,
                 (unsigned long long)p->versions);
    else
        snprintf(t->text + n, sizeof t->text - n, "%s%s: %s", n ? ", " : "", p->name, p->wrong);
    t->wrong += p->wrong[0] != '\0';
}

struct copy { char parent[64], dir[96]; struct told told; };

static void make_copy(struct copy *c, const struct place *p)
{
    struct fault f = { 0 };
    *c = (struct copy){ .parent = "/tmp/backup-XXXXXX" };
    assert_non_null(mkdtemp(c->parent));
    snprintf(c->dir, sizeof c->dir, "%s/copy", c->parent);
    if (archive_backup(p->where, c->dir, tell, &c->told, &f) != 0)
        fail_msg("%s", f.why);
}

/* How many parts a drill finds wrong. */
static int drill(struct copy *c, const struct place *p)
{
    struct fault f = { 0 };
    c->told = (struct told){ 0 };
    int wrong = archive_drill(c->dir, p->where, tell, &c->told, &f);
    if (wrong < 0)
        fail_msg("%s", f.why);
    assert_int_equal(c->told.wrong, (unsigned)wrong);
    return wrong;
}

static void remove_copy(struct copy *c)
{
    remove_folder(c->parent);
}

static const char whole[] = "2026-11 2+1, 2026-10 1+0, incidents 1+2";

/* An empty place of the same kind. */
static void empty_place(struct place *p, void **state)
{
    open_both(p, state);
    archive_close(p->reader);
    archive_close(p->writer);
    p->reader = p->writer = NULL;
    if (p->world->store == SQLITE) {
        remove_folder(p->dir);
        return;
    }
    snprintf(p->where, sizeof p->where, "postgresql:%s", postgres_database(&p->world->server, "empty"));
}

/* ---- tests ---- */

static bool note_id(void *text, const char *json, size_t len, const char *cursor)
{
    const char *id = strstr(json, "\"id\":\"") + 6;
    (void)cursor;
    assert_true(len > 0);
    snprintf((char *)text + strlen(text), 256 - strlen(text), "%s%.*s", *(char *)text ? " " : "", (int)strcspn(id, "\""), id);
    return true;
}

static void ids(const struct place *p, const struct archive_query *q, const char *want)
{
    struct fault f = { 0 };
    char text[256] = "";
    assert_int_equal(archive_find(p->reader, q, note_id, text, &f), 0);
    assert_string_equal(text, want);
}

static void what_was_restored_answers_as_the_archive_did(void **state)
{
    struct place p, to;
    struct copy c;
    struct fault f = { 0 };
    open_both(&p, state);
    fill(&p);
    make_copy(&c, &p);
    assert_string_equal(c.told.text, whole);
    empty_place(&to, state);
    c.told = (struct told){ 0 };
    assert_int_equal(archive_restore(c.dir, to.where, tell, &c.told, &f), 0);
    assert_string_equal(c.told.text, whole);
    to.writer = open_one(&to, ARCHIVE_WRITE);
    to.reader = open_one(&to, ARCHIVE_READ);
    ids(&to, &(struct archive_query){ 0 }, "I-1:1 a:1:2 a:1:1 a:1:0");
    ids(&to, &(struct archive_query){ .incident = "I-1" }, "a:1:1 a:1:0");
    ids(&to, &(struct archive_query){ .text = "供电" }, "a:1:1");
    ids(&to, &(struct archive_query){ .event_type = "incident", .address = "192.0.2.7" }, "I-1:1");
    put(&to, ALERT("a:1:0", "2026-10-31T23:00:00Z", "Modbus write coil"));     /* goes on where it stopped */
    put(&to, ALERT("a:1:3", "2026-11-30T00:00:00Z", "new"));
    ids(&to, &(struct archive_query){ .event_type = "alert" }, "a:1:3 a:1:2 a:1:1 a:1:0");
    close_both(&to);
    close_both(&p);
    remove_copy(&c);
}

static void a_backup_is_made_while_the_archiver_writes(void **state)
{
    struct place p;
    struct copy c;
    struct fault f = { 0 };
    static const char json[] = ALERT("a:1:9", "2026-11-01T00:00:00Z", "in between");
    open_both(&p, state);
    fill(&p);
    assert_int_equal(archive_begin(p.writer, &f), 0);
    assert_int_equal(archive_put(p.writer, "alerts", "430100", json, strlen(json), &f), 0);
    make_copy(&c, &p);
    assert_string_equal(c.told.text, whole);
    assert_int_equal(archive_commit(p.writer, &f), 0);
    assert_int_equal(drill(&c, &p), 0);
    assert_string_equal(c.told.text, whole);
    ids(&p, &(struct archive_query){ .text = "between" }, "a:1:9");
    close_both(&p);
    remove_copy(&c);
}

/* Every so many bytes, one bit. */
static void damage(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    int was = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(was ^ 0x10, file);
    fclose(file);
}

static long size_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long n = ftell(file);
    fclose(file);
    return n;
}

static void one_changed_bit_in_any_file_is_named(void **state)
{
    struct place p;
    struct copy c;
    char folder[128], path[512];
    unsigned tried = 0;
    open_both(&p, state);
    fill(&p);
    make_copy(&c, &p);
    snprintf(folder, sizeof folder, "%s/%s", c.dir, p.world->store == SQLITE ? "" : "dump");
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (e->d_name[0] == '.' || strstr(e->d_name, "manifest") != NULL || (tried > 8 && size_of(path) < 40))
            continue;
        long at = size_of(path) / 2;
        damage(path, at);
        assert_true(drill(&c, &p) > 0);
        if (strstr(c.told.text, e->d_name) == NULL)
            fail_msg("%s is damaged, and this was told: %s", e->d_name, c.told.text);
        damage(path, at);
        tried++;
    }
    closedir(d);
    assert_true(tried >= 3);
    assert_int_equal(drill(&c, &p), 0);
    close_both(&p);
    remove_copy(&c);
}

/* Who changes rows and puts the file's new digest into the manifest is told by the rows. */
static void a_changed_count_in_the_manifest_is_told_by_month(void **state)
{
    struct place p;
    struct copy c;
    char command[512];
    open_both(&p, state);
    fill(&p);
    make_copy(&c, &p);
    snprintf(command, sizeof command, "sed -i '0,/\"rows\": 2/s//\"rows\": 3/' %s/manifest.json", c.dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(drill(&c, &p), 1);
    assert_non_null(strstr(c.told.text, "2026-11: 2 rows and 1 versions came back of 3 and 1"));
    snprintf(command, sizeof command, "sed -i 's/\"rows\": 3/\"rows\": 2/; 0,/\"sm3\": \"[0-9a-f]\\{4\\}/s//\"sm3\": \"0000/' "
             "%s/manifest.json", c.dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(drill(&c, &p), 1);
    assert_non_null(strstr(c.told.text, "2026-11: as many rows came back, but not the same"));
    close_both(&p);
    remove_copy(&c);
}

static void refused(int rc, int code, const struct fault *f, const char *word)
{
    if (rc != code || strstr(f->why, word) == NULL)
        fail_msg("%d, `%s`; expected %d and `%s`", rc, rc < 0 ? f->why : "", code, word);
}

static void what_is_no_backup_and_no_place_for_one_is_refused_in_words(void **state)
{
    struct place p;
    struct copy c;
    struct fault f = { 0 };
    char path[128];
    open_both(&p, state);
    fill(&p);
    make_copy(&c, &p);
    const char *other = p.world->store == SQLITE ? "postgresql:host=/nonexistent" : "/tmp/nonexistent-archive";
    refused(archive_backup(p.where, c.dir, tell, &c.told, &f), -ENOTEMPTY, &f, "expected an empty folder");
    refused(archive_restore(c.dir, p.where, tell, &c.told, &f), p.world->store == SQLITE ? -ENOTEMPTY : -EEXIST, &f, "expected");
    refused(archive_restore(c.dir, other, tell, &c.told, &f), -EINVAL, &f, "is a backup of");
    refused(archive_backup(p.world->store == SQLITE ? "/nonexistent/archive" : "postgresql:host=/nonexistent", "/tmp/never", tell,
                           &c.told, &f), p.world->store == SQLITE ? -ENOENT : -ENOTCONN, &f, "/nonexistent");
    snprintf(path, sizeof path, "%s/manifest.json", c.dir);
    assert_int_equal(unlink(path), 0);
    refused(archive_drill(c.dir, p.where, tell, &c.told, &f), -ENOENT, &f, "did not come to its end");
    FILE *file = fopen(path, "w");
    fputs("{\"store\":7}", file);
    fclose(file);
    refused(archive_drill(c.dir, p.where, tell, &c.told, &f), -EINVAL, &f, "expected \"store\"");
    close_both(&p);
    remove_copy(&c);
}

/* As the archiver leaves it when it ends, so that a seal of the file holds for the copy too. */
static void a_file_that_rests_is_copied_byte_for_byte(void **state)
{
    struct place p;
    struct copy c;
    char path[128], command[512];
    sqlite3 *db;
    open_both(&p, state);
    fill(&p);
    archive_close(p.writer);
    p.writer = NULL;
    snprintf(path, sizeof path, "%s/2026-11.db", p.dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    make_copy(&c, &p);
    snprintf(command, sizeof command, "cmp %s %s/2026-11.db", path, c.dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(drill(&c, &p), 0);
    close_both(&p);
    remove_copy(&c);
}

static void keep_digest(void *out, const struct archive_part *p)
{
    if (strcmp(p->name, "2026-11") == 0)
        memcpy(out, p->sm3, ARCHIVE_SM3);
}

/* The digest is of what was archived: both stores give the same for the same. */
static void both_stores_give_the_same_digests(void **state)
{
    struct world *w = *state;
    uint8_t digests[2][ARCHIVE_SM3] = { { 0 }, { 1 } };
    struct fault f = { 0 };
    for (unsigned i = 0; i < 2; i++) {
        struct place p;
        char dir[] = "/tmp/backup-XXXXXX";
        w->store = i == 0 ? SQLITE : POSTGRESQL;
        open_both(&p, state);
        fill(&p);
        assert_non_null(mkdtemp(dir));
        assert_int_equal(archive_backup(p.where, dir, keep_digest, digests[i], &f), 0);
        close_both(&p);
        remove_folder(dir);
    }
    assert_memory_equal(digests[0], digests[1], ARCHIVE_SM3);
}

static const struct CMUnitTest on_both[] = {
    cmocka_unit_test(what_was_restored_answers_as_the_archive_did),
    cmocka_unit_test(a_backup_is_made_while_the_archiver_writes),
    cmocka_unit_test(one_changed_bit_in_any_file_is_named),
    cmocka_unit_test(a_changed_count_in_the_manifest_is_told_by_month),
    cmocka_unit_test(what_is_no_backup_and_no_place_for_one_is_refused_in_words),
};

static const struct CMUnitTest on_sqlite[] = {
    cmocka_unit_test(a_file_that_rests_is_copied_byte_for_byte),
};

static const struct CMUnitTest across[] = {
    cmocka_unit_test(both_stores_give_the_same_digests),
};

int main(void)
{
    static struct world w;
    int failed = run_on(&w, SQLITE, on_both, COUNT(on_both)) + run_on(&w, SQLITE, on_sqlite, COUNT(on_sqlite));
    if (!postgres_start(&w.server)) {
        printf("PostgreSQL: skipped, its programs are not installed\n");
        return failed;
    }
    failed += run_on(&w, POSTGRESQL, on_both, COUNT(on_both)) + run_on(&w, POSTGRESQL, across, COUNT(across));
    postgres_stop(&w.server);
    return failed;
}
