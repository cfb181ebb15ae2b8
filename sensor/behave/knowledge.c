#include "behave/knowledge.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/csv.h"
#include "common/log.h"

enum { COLUMNS = 7, MAKER_MAX = 64 };

struct maker { uint32_t oui; char name[MAKER_MAX]; };
struct row { struct weakness weakness; char *vendor, *product; struct row *next; char text[]; };

struct knowledge {
    struct maker *makers;
    size_t        maker_count, maker_cap;
    struct row   *rows, **last;
    size_t        row_count;
};

/* ---- makers ---- */

static bool maker_add(struct knowledge *k, uint32_t oui, const char *name)
{
    if (k->maker_count == k->maker_cap) {
        size_t more = k->maker_cap == 0 ? 4096 : k->maker_cap * 2;
        struct maker *larger = realloc(k->makers, more * sizeof *larger);
        if (larger == NULL)
            return false;
        k->makers = larger;
        k->maker_cap = more;
    }
    struct maker *m = &k->makers[k->maker_count++];
    m->oui = oui;
    struct text t = text_over(m->name, sizeof m->name - 1);
    text_clip(&t, name, sizeof m->name - 1);
    m->name[t.len] = '\0';
    return true;
}

/* "00-80-F4   (hex)\t\tTELEMECANIQUE ELECTRIQUE\r\n"; the list's other lines are addresses of buildings. */
static bool maker_line(struct knowledge *k, char *line)
{
    unsigned b[3];
    int end = 0;
    if (sscanf(line, "%2x-%2x-%2x (hex)%n", &b[0], &b[1], &b[2], &end) != 3 || end == 0)
        return true;
    char *name = line + end + strspn(line + end, " \t");
    name[strcspn(name, "\r\n")] = '\0';
    return maker_add(k, b[0] << 16 | b[1] << 8 | b[2], name);
}

static int by_oui(const void *a, const void *b)
{
    uint32_t x = ((const struct maker *)a)->oui, y = ((const struct maker *)b)->oui;
    return x < y ? -1 : x > y;
}

static int makers_load(struct knowledge *k, const char *path, struct fault *f)
{
    char line[512];
    bool room = true;
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    while (room && fgets(line, sizeof line, in) != NULL)
        room = maker_line(k, line);
    fclose(in);
    if (!room)
        return fault_set(f, -ENOMEM, "%s: no memory", path);
    if (k->maker_count > 0)
        qsort(k->makers, k->maker_count, sizeof *k->makers, by_oui);
    return 0;
}

const char *knowledge_maker(const struct knowledge *k, const uint8_t mac[6])
{
    struct maker key = { .oui = (uint32_t)mac[0] << 16 | (uint32_t)mac[1] << 8 | mac[2] };
    const struct maker *m = k->maker_count > 0 ? bsearch(&key, k->makers, k->maker_count, sizeof *k->makers, by_oui) : NULL;
    return m != NULL ? m->name : "";
}

/* ---- weaknesses ---- */

static int weakness_line(struct knowledge *k, const char *where, const char *line, struct fault *f)
{
    char *field[COLUMNS];
    struct row *row = calloc(1, sizeof *row + strlen(line) + 1);
    if (row == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", where);
    strcpy(row->text, line);
    size_t n = csv_cut(row->text, field, COLUMNS);
    int rc = 0;
    if (n != COLUMNS)
        rc = fault_set(f, -EINVAL, "%s: expected 7 columns (vendor,product,below,cve,zh,en,reference), found %s", where, n > COLUMNS ? "more" : "fewer");
    else if (strncmp(field[3], "CVE-", 4) != 0)
        rc = fault_set(f, -EINVAL, "%s: expected a CVE id such as CVE-2022-38465, not \"%.40s\"", where, field[3]);
    else if (*field[0] == '\0' && *field[1] == '\0')
        rc = fault_set(f, -EINVAL, "%s: expected a vendor or a product", where);
    if (rc < 0) {
        free(row);
        return rc;
    }
    row->vendor = field[0];
    row->product = field[1];
    row->weakness = (struct weakness){ .below = field[2], .cve = field[3], .zh = field[4], .en = field[5], .reference = field[6] };
    *k->last = row;
    k->last = &row->next;
    k->row_count++;
    return 0;
}

static int weaknesses_load(struct knowledge *k, const char *path, struct fault *f)
{
    struct csv csv;
    char where[300];
    int rc = csv_open(&csv, path, "vendor", f);
    if (rc < 0)
        return rc;
    while ((rc = csv_next(&csv, f)) != 0) {
        snprintf(where, sizeof where, "%s:%u", path, csv.line);
        if (rc < 0 || weakness_line(k, where, csv.text, f) < 0)
            log_warning("%s", f->why);
    }
    csv_close(&csv);
    return 0;
}

struct knowledge *knowledge_load(const char *makers, const char *weaknesses, struct fault *f)
{
    struct knowledge *k = calloc(1, sizeof *k);
    if (k == NULL) {
        fault_set(f, -ENOMEM, "no memory for what is known of devices");
        return NULL;
    }
    k->last = &k->rows;
    if ((*makers == '\0' || makers_load(k, makers, f) == 0) && (*weaknesses == '\0' || weaknesses_load(k, weaknesses, f) == 0))
        return k;
    knowledge_free(k);
    return NULL;
}

void knowledge_free(struct knowledge *k)
{
    if (k == NULL)
        return;
    for (struct row *r = k->rows, *next; r != NULL; r = next) {
        next = r->next;
        free(r);
    }
    free(k->makers);
    free(k);
}

size_t knowledge_makers(const struct knowledge *k)
{
    return k->maker_count;
}

size_t knowledge_weaknesses(const struct knowledge *k)
{
    return k->row_count;
}

static const char *past_blanks(const char *text)
{
    return text + strspn(text, " ");
}

/* Order numbers come as "6ES7 214-1AG40" and "6ES7214-1AG40 ". */
static bool begins_with(const char *text, const char *start)
{
    for (start = past_blanks(start); *start != '\0'; start = past_blanks(start + 1)) {
        text = past_blanks(text);
        if (tolower((unsigned char)*text) != tolower((unsigned char)*start))
            return false;
        text++;
    }
    return true;
}

int version_compare(const char *a, const char *b)
{
    a += *a == 'V' || *a == 'v';
    b += *b == 'V' || *b == 'v';
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *rest_a, *rest_b;
            unsigned long x = strtoul(a, &rest_a, 10), y = strtoul(b, &rest_b, 10);
            if (x != y)
                return x < y ? -1 : 1;
            a = rest_a;
            b = rest_b;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a != '\0' ? 1 : *b != '\0' ? -1 : 0;
}

size_t knowledge_find(const struct knowledge *k, const char *vendor, const char *product, const char *version,
                      const struct weakness *out[], size_t most)
{
    size_t found = 0;
    for (const struct row *r = k->rows; r != NULL && found < most; r = r->next) {
        bool all = *r->weakness.below == '\0';
        if (!begins_with(vendor, r->vendor) || !begins_with(product, r->product) || (*r->product != '\0' && *product == '\0'))
            continue;
        if (all || (*version != '\0' && version_compare(version, r->weakness.below) < 0))
            out[found++] = &r->weakness;
    }
    return found;
}
