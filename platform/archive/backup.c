#include "archive/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "archive/checkpoint.h"
#include "archive/digest.h"
#include "common/clock.h"

enum { PATH = 4200 };
static const char manifest_name[] = "manifest.json";
static const char *const folders[] = { "", "dump/" };      /* of a backup, where files may be */

/* ---- folders and files ---- */

/* Makes it, or takes one that is empty. */
static int empty_folder(const char *dir, struct fault *f)
{
    if (mkdir(dir, 0750) == 0)
        return 0;
    DIR *d = errno == EEXIST ? opendir(dir) : NULL;
    if (d == NULL)
        return fault_set(f, -errno, "%s: %s", dir, strerror(errno));
    bool empty = true;
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        empty = empty && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
    closedir(d);
    return empty ? 0 : fault_set(f, -ENOTEMPTY, "%s: expected an empty folder, or one that is not there yet", dir);
}

static int seal_one(const char *dir, const char *folder, const char *name, json_t *files, struct fault *f)
{
    char path[PATH + 300], sm3[2 * ARCHIVE_SM3 + 1];
    struct seal seal = { 0 };
    snprintf(path, sizeof path, "%s/%s%s", dir, folder, name);
    int rc = seal_make(path, &seal, f);
    if (rc != 0)
        return rc;
    struct text hex = text_over(sm3, sizeof sm3);
    text_hex(&hex, seal.sm3, ARCHIVE_SM3);
    text_end(&hex);
    snprintf(path, sizeof path, "%s%s", folder, name);
    json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "file", path, "bytes", (json_int_t)seal.bytes, "sm3", sm3));
    return 0;
}

static int seal_folder(const char *dir, const char *folder, json_t *files, struct fault *f)
{
    char path[PATH + 16];
    snprintf(path, sizeof path, "%s/%s", dir, folder);
    DIR *d = opendir(path);
    int rc = 0;
    if (d == NULL)
        return 0;                       /* SQLite's backup has no dump */
    for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
        if (e->d_type == DT_REG)
            rc = seal_one(dir, folder, e->d_name, files, f);
    closedir(d);
    return rc;
}

/* ---- the manifest ---- */

struct noting { json_t *parts; archive_part_fn *tell; void *ctx; };

static void note_part(void *noting, const struct archive_part *p)
{
    struct noting *n = noting;
    char sm3[2 * ARCHIVE_SM3 + 1];
    struct text hex = text_over(sm3, sizeof sm3);
    text_hex(&hex, p->sm3, ARCHIVE_SM3);
    text_end(&hex);
    json_array_append_new(n->parts, json_pack("{s:s, s:I, s:I, s:s}", "part", p->name, "rows", (json_int_t)p->rows,
                                              "versions", (json_int_t)p->versions, "sm3", sm3));
    n->tell(n->ctx, p);
}

/* The name appears when all of it is on the disk. */
static int write_manifest(const char *dir, const json_t *manifest, struct fault *f)
{
    char path[PATH + 16], fresh[PATH + 24];
    snprintf(path, sizeof path, "%s/%s", dir, manifest_name);
    snprintf(fresh, sizeof fresh, "%s.part", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool well = fd >= 0 && json_dumpfd(manifest, fd, JSON_INDENT(1)) == 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return well && rename(fresh, path) == 0 ? 0 : fault_set(f, errno ? -errno : -EIO, "%s: %s", path, strerror(errno ? errno : EIO));
}

static int copy_all(struct archive *a, const char *dir, struct noting *n, struct fault *f)
{
    char now[CLOCK_TEXT_MAX];
    json_t *files = json_array();
    clock_text(clock_wall_us(), now);
    int rc = a->store->backup(a, dir, note_part, n, f);
    for (size_t i = 0; rc == 0 && i < sizeof folders / sizeof *folders; i++)
        rc = seal_folder(dir, folders[i], files, f);
    json_t *manifest = json_pack("{s:s, s:s, s:s, s:O, s:O}", "fengsui", FENGSUI_VERSION, "store", a->store->name, "begun", now,
                                 "parts", n->parts, "files", files);
    if (rc == 0)
        rc = manifest != NULL ? write_manifest(dir, manifest, f) : fault_set(f, -ENOMEM, "archive: no memory");
    json_decref(manifest);
    json_decref(files);
    return rc;
}

int archive_backup(const char *where, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f)
{
    struct noting n = { json_array(), tell, ctx };
    struct archive *a = archive_open(where, ARCHIVE_READ, f);
    int rc = a == NULL ? f->code : empty_folder(dir, f);
    if (rc == 0)
        rc = copy_all(a, dir, &n, f);
    archive_close(a);
    json_decref(n.parts);
    return rc;
}

/* ---- reading it ---- */

struct backup { const char *dir; json_t *manifest; const char *store; archive_part_fn *tell; void *ctx; int wrong; };

static int read_manifest(struct backup *b, struct fault *f)
{
    char path[PATH + 16];
    json_error_t why;
    snprintf(path, sizeof path, "%s/%s", b->dir, manifest_name);
    if (access(path, R_OK) != 0)
        return fault_set(f, -errno, "%s: %s; without it this is no backup, or one that did not come to its end", path, strerror(errno));
    b->manifest = json_load_file(path, 0, &why);
    b->store = json_string_value(json_object_get(b->manifest, "store"));
    if (b->manifest == NULL)
        return fault_set(f, -EINVAL, "%s:%d: %s", path, why.line, why.text);
    if (b->store == NULL || !json_is_array(json_object_get(b->manifest, "parts")))
        return fault_set(f, -EINVAL, "%s: expected \"store\", \"parts\" and \"files\"", path);
    return 0;
}

static void tell(struct backup *b, const struct archive_part *p)
{
    b->wrong += p->wrong[0] != '\0';
    b->tell(b->ctx, p);
}

/* A file by its name in the manifest; the name stays within the backup. */
static void check_file(struct backup *b, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "file")), *hex = json_string_value(json_object_get(entry, "sm3"));
    struct archive_part p = { 0 };
    struct seal seal = { 0 };
    struct fault f = { 0 };
    char path[PATH + 128];
    uint8_t sm3[ARCHIVE_SM3];
    snprintf(p.name, sizeof p.name, "%s", name != NULL ? name : "?");
    if (name == NULL || hex == NULL || strstr(name, "..") != NULL || strlen(name) >= sizeof p.name || !checkpoint_unhex(hex, sm3, sizeof sm3))
        snprintf(p.wrong, sizeof p.wrong, "its line in the manifest is none");
    else if (snprintf(path, sizeof path, "%s/%s", b->dir, name), seal_make(path, &seal, &f) != 0)
        snprintf(p.wrong, sizeof p.wrong, "%s", f.why);
    else if (memcmp(seal.sm3, sm3, sizeof sm3) != 0)
        snprintf(p.wrong, sizeof p.wrong, "the file is not as it was written: %llu bytes of %lld, another SM3",
                 (unsigned long long)seal.bytes, json_integer_value(json_object_get(entry, "bytes")));
    if (p.wrong[0] != '\0')
        tell(b, &p);
}

static void check_files(struct backup *b)
{
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(b->manifest, "files"), i, entry)
        check_file(b, entry);
}

/* ---- comparing ---- */

static void check_part(struct backup *b, struct archive *a, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "part")), *hex = json_string_value(json_object_get(entry, "sm3"));
    uint64_t rows = (uint64_t)json_integer_value(json_object_get(entry, "rows"));
    uint64_t versions = (uint64_t)json_integer_value(json_object_get(entry, "versions"));
    struct archive_part p = { 0 };
    struct fault f = { 0 };
    uint8_t sm3[ARCHIVE_SM3];
    bool month = name != NULL && archive_month_start(name, 0) != INT64_MIN;
    snprintf(p.name, sizeof p.name, "%s", name != NULL ? name : "?");
    if ((!month && strcmp(p.name, archive_incidents_part) != 0) || hex == NULL || !checkpoint_unhex(hex, sm3, sizeof sm3))
        snprintf(p.wrong, sizeof p.wrong, "its line in the manifest is none");
    else if (archive_digest(a, name, &p, &f) != 0)
        snprintf(p.wrong, sizeof p.wrong, "%s", f.why);
    else if (p.rows != rows || p.versions != versions)
        snprintf(p.wrong, sizeof p.wrong, "%llu rows and %llu versions came back of %llu and %llu", (unsigned long long)p.rows,
                 (unsigned long long)p.versions, (unsigned long long)rows, (unsigned long long)versions);
    else if (memcmp(p.sm3, sm3, sizeof sm3) != 0)
        snprintf(p.wrong, sizeof p.wrong, "as many rows came back, but not the same");
    tell(b, &p);
}

static int check_parts(struct backup *b, const char *to, struct fault *f)
{
    size_t i;
    json_t *entry;
    struct archive *a = archive_open(to, ARCHIVE_READ, f);
    if (a == NULL)
        return f->code;
    json_array_foreach(json_object_get(b->manifest, "parts"), i, entry)
        check_part(b, a, entry);
    archive_close(a);
    return 0;
}

/* ---- restoring ---- */

static bool of_server(const struct backup *b)
{
    return strcmp(b->store, "postgresql") == 0;
}

static int right_kind(const struct backup *b, const char *to, struct fault *f)
{
    if (of_server(b) == archive_is_server(to))
        return 0;
    return fault_set(f, -EINVAL, of_server(b) ? "%s is a backup of PostgreSQL: expected postgresql: and what libpq connects by, not %s"
                     : "%s is a backup of SQLite files: expected a folder, not %s", b->dir, to);
}

/* What the store's own way says is wrong with it is one more finding: what did come back is still compared. */
static int bring_back(struct backup *b, const char *to, struct fault *f)
{
    struct archive_part p = { .name = "restoring" };
    struct fault why = { 0 };
    int rc = of_server(b) ? archive_pg_restore(b->dir, archive_conninfo(to), &why) : archive_sqlite_restore(b->dir, to, &why);
    if (rc == -EEXIST || rc == -ENOTCONN || rc == -ENOENT)
        return fault_set(f, rc, "%s", why.why);
    snprintf(p.wrong, sizeof p.wrong, "%s", rc != 0 ? why.why : "");
    if (rc != 0)
        tell(b, &p);
    return check_parts(b, to, f);
}

static int restore(struct backup *b, const char *to, struct fault *f)
{
    check_files(b);
    int rc = bring_back(b, to, f);
    return rc != 0 ? rc : b->wrong;
}

int archive_restore(const char *dir, const char *to, archive_part_fn *tell_part, void *ctx, struct fault *f)
{
    struct backup b = { .dir = dir, .tell = tell_part, .ctx = ctx };
    int rc = read_manifest(&b, f);
    if (rc == 0)
        rc = right_kind(&b, to, f);
    if (rc == 0 && !of_server(&b))
        rc = empty_folder(to, f);
    if (rc == 0)
        rc = restore(&b, to, f);
    json_decref(b.manifest);
    return rc;
}

int archive_drill(const char *dir, const char *where, archive_part_fn *tell_part, void *ctx, struct fault *f)
{
    struct backup b = { .dir = dir, .tell = tell_part, .ctx = ctx };
    static const char scheme[] = "postgresql:";
    char scratch[1024] = "postgresql:";
    int rc = read_manifest(&b, f);
    if (rc == 0 && of_server(&b))
        rc = right_kind(&b, where, f);
    bool server = rc == 0 && of_server(&b);
    if (rc == 0)
        rc = server ? archive_pg_scratch(archive_conninfo(where), scratch + sizeof scheme - 1, sizeof scratch - sizeof scheme + 1, f)
                    : archive_sqlite_scratch(scratch, sizeof scratch, f);
    if (rc == 0) {
        rc = restore(&b, scratch, f);
        if (server)
            archive_pg_discard(archive_conninfo(where));
        else
            archive_sqlite_discard(scratch);
    }
    json_decref(b.manifest);
    return rc;
}
