/* files - captures for tests, written as hex into a folder of their own. */
#ifndef TESTS_UNIT_CAPTURE_FILES_H
#define TESTS_UNIT_CAPTURE_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>

#include "capture/source.h"
#include "tests/support/hex.h"

enum { FILE_BYTES_MAX = 4096, PATH_BYTES_MAX = 256 };

static char files_folder[64];

static inline int files_make(void **unused)
{
    (void)unused;
    snprintf(files_folder, sizeof files_folder, "/tmp/test-capture-XXXXXX");
    return mkdtemp(files_folder) == NULL;
}

static inline int files_remove(void **unused)
{
    (void)unused;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", files_folder);
    return system(command);
}

static inline const char *files_path(const char *name)
{
    static char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", files_folder, name);
    return path;
}

static inline const char *files_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *out = fopen(files_path(name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(out);
    return files_path(name);
}

static inline const char *files_hex(const char *name, const char *hex)
{
    uint8_t bytes[FILE_BYTES_MAX];
    return files_bytes(name, bytes, unhex(hex, bytes, sizeof bytes));
}

static inline const char *files_gzip(const char *name, const char *hex)
{
    uint8_t bytes[FILE_BYTES_MAX];
    size_t n = unhex(hex, bytes, sizeof bytes);
    gzFile out = gzopen(files_path(name), "wb");
    assert_int_equal(gzwrite(out, bytes, (unsigned)n), (int)n);
    gzclose(out);
    return files_path(name);
}

/* Reads to the end: one line per frame "number time caplen/len link bytes", then how it ended. */
static inline void files_read(const char *path, const char *filter, char *out, size_t cap)
{
    struct fault f = { 0 };
    struct frame frame;
    struct source *s = source_file(path, filter, &f);
    enum source_status status = SOURCE_FAILED;
    size_t n = 0;
    out[0] = '\0';
    while (s != NULL && (status = source_next(s, &frame, &f)) == SOURCE_FRAME) {
        n += (size_t)snprintf(out + n, cap - n, "%llu %llu %u/%u %d ", (unsigned long long)frame.number,
                              (unsigned long long)frame.time_us, frame.caplen, frame.len, frame.linktype);
        for (uint32_t i = 0; i < frame.caplen; i++)
            n += (size_t)snprintf(out + n, cap - n, "%02x", frame.bytes[i]);
        n += (size_t)snprintf(out + n, cap - n, "\n");
    }
    size_t folder = strlen(files_folder) + 1;
    snprintf(out + n, cap - n, "%s", status == SOURCE_END ? "end" : strncmp(f.why, files_folder, folder - 1) == 0 ? f.why + folder : f.why);
    source_close(s);
}

static inline void files_expect(const char *name, const char *path, const char *want)
{
    char got[4096];
    files_read(path, NULL, got, sizeof got);
    if (strcmp(got, want) != 0)
        fail_msg("%s:\n got %s\nwant %s", name, got, want);
}

#endif
