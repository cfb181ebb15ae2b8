/* multipart/form-data (RFC 7578, RFC 2046 5.1): the files inside a form, each as a value of its own.
 *
 * A part is a file when its Content-Disposition names one. Values borrow from the body; a body without a usable
 * boundary, or one that is cut, gives what is whole and the last part as far as it came.
 */
#include <string.h>

#include "dissectors/http/message.h"

enum { PARTS_MAX = 64, BOUNDARY_MAX = 200 };

/* The boundary parameter with the two dashes that stand before it in the body; gives its length, 0: none. */
static size_t boundary_of(const uint8_t *type, size_t n, uint8_t out[BOUNDARY_MAX])
{
    static const char key[] = "boundary=";
    for (size_t i = 0; i + sizeof key - 1 < n; i++) {
        if (!word_is(type + i, sizeof key - 1, key))
            continue;
        const uint8_t *at = type + i + sizeof key - 1;
        size_t left = n - i - (sizeof key - 1), len = 0;
        bool quoted = at[0] == '"';
        at += quoted;
        left -= quoted;
        while (len < left && (quoted ? at[len] != '"' : at[len] != ';' && !is_space(at[len])))
            len++;
        if (len == 0 || len > BOUNDARY_MAX - 2)
            return 0;
        memcpy(out, "--", 2);
        memcpy(out + 2, at, len);
        return len + 2;
    }
    return 0;
}

/* Between two boundaries: headers, an empty line, and the file, behind which a line end belongs to the boundary. */
static void part_read(struct http_files *files, const uint8_t *part, size_t n, bool closed)
{
    const uint8_t *end = memmem(part, n, "\r\n\r\n", 4);
    if (end == NULL && closed)
        message_anomaly(files->m, HTTP_MULTIPART_HEADER);
    if (end == NULL)
        return;
    const uint8_t *file = end + 4;
    size_t len = n - (size_t)(file - part);
    if (closed && len >= 2 && memcmp(file + len - 2, "\r\n", 2) == 0)
        len -= 2;
    struct file f = { .data = file, .len = len, .size = len, .whole = closed };
    if (!disposition_name(part, (size_t)(end - part), &f.name, &f.name_len) || files->count == HTTP_FILES_MAX)
        return;
    if (closed && len == 0 && f.name_len > 0)
        message_anomaly(files->m, HTTP_MULTIPART_NO_DATA);
    if (f.name_len > HTTP_FILE_NAME_MAX)
        message_anomaly(files->m, HTTP_FILE_NAME_LONG);
    unsigned at = files->count++;
    file_add(files->r, HTTP_FILES, &f, files->wants, files->rooms == NULL ? NULL : &files->rooms[at]);
}

bool multipart_is(const uint8_t *type, size_t type_len)
{
    uint8_t boundary[BOUNDARY_MAX];
    return word_in(type, type_len, "multipart/form-data") && boundary_of(type, type_len, boundary) > 0;
}

bool multipart_read(struct http_files *files, const uint8_t *type, size_t type_len, const uint8_t *body, size_t n)
{
    uint8_t boundary[BOUNDARY_MAX];
    size_t mark = boundary_of(type, type_len, boundary);
    bool form = word_in(type, type_len, "multipart/form-data");
    if (!form || mark == 0) {
        if (form)
            message_anomaly(files->m, HTTP_MULTIPART_ERROR);
        return false;
    }
    const uint8_t *part = memmem(body, n, boundary, mark);
    if (part == NULL && !files->m->incomplete && !files->m->limited)
        message_anomaly(files->m, HTTP_MULTIPART_ERROR);
    for (unsigned i = 0; i < PARTS_MAX && part != NULL; i++) {
        part += mark;
        size_t left = n - (size_t)(part - body);
        const uint8_t *next = memmem(part, left, boundary, mark);
        part_read(files, part, next == NULL ? left : (size_t)(next - part), next != NULL);
        part = next;
    }
    return true;
}
