#include "detect/datasets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/hash.h"
#include "detect/inspect.h"
#include "detect/keywords.h"
#include "detect/memory.h"
#include "detect/ruleset.h"

enum { LINE_BYTES_MAX = 16 * 1024, NAME_LEN_MAX = 63, REPUTATION_MAX = 65535, PATH_LEN_MAX = 4096 };

/* ---- what rules added ---- */

struct addition {
    uint64_t key;           /* 0: free */
    uint64_t turn;          /* when it was made, by the table's count */
    bool     removed;       /* stands for a value of the file that was unset */
};

struct dataset_table {
    struct hash_key secret;
    uint64_t        turns, evicted;
    size_t          sets;   /* a power of two */
    struct addition at[];
};

struct dataset_table *dataset_table_new(uint32_t entries)
{
    size_t sets = 1;
    while (sets * DATASET_WAYS < entries)
        sets *= 2;
    struct dataset_table *t = calloc(1, sizeof(*t) + sets * DATASET_WAYS * sizeof(t->at[0]));
    if (t) {
        t->sets = sets;
        t->secret = hash_key_random();
    }
    return t;
}

void dataset_table_free(struct dataset_table *t)
{
    free(t);
}

uint64_t dataset_table_evicted(const struct dataset_table *t)
{
    return t->evicted;
}

static uint64_t key_of(const struct dataset_table *t, const struct dataset *set, const uint8_t *at, size_t len)
{
    struct hash_key k = { t->secret.k0 ^ set->id, t->secret.k1 ^ set->type };
    uint64_t key = hash_keyed(&k, at, len);
    return key ? key : 1;
}

/* Its entry; else, with `fresh`, the place for one: free, or the oldest. */
static struct addition *entry_of(struct dataset_table *t, uint64_t key, bool fresh)
{
    struct addition *set = &t->at[(key & (t->sets - 1)) * DATASET_WAYS], *oldest = set;
    for (unsigned i = 0; i < DATASET_WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (oldest->key && (set[i].key == 0 || set[i].turn < oldest->turn))
            oldest = &set[i];
    }
    return fresh ? oldest : NULL;
}

static void note(struct dataset_table *t, uint64_t key, bool removed)
{
    struct addition *a = entry_of(t, key, true);
    t->evicted += a->key != 0 && a->key != key;
    *a = (struct addition){ .key = key, .turn = ++t->turns, .removed = removed };
}

/* The value as the set keeps it; addresses of IPv4 written inside of IPv6 are IPv4. False: no value of this type. */
static bool fits(const struct dataset *set, const uint8_t **at, size_t *len)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    switch ((enum dataset_type)set->type) {
    case DATASET_STRING: return true;
    case DATASET_MD5:    return *len == 16;
    case DATASET_SHA256: return *len == 32;
    case DATASET_IP4:    return *len == 4;
    case DATASET_IP:     break;
    }
    if (*len == 16 && memcmp(*at, mapped, sizeof(mapped)) == 0) {
        *at += 12;
        *len = 4;
    }
    return *len == 4 || *len == 16;
}

/* The number behind the value plus one; 0: it is not in the set. */
static uint32_t look_up(struct dataset_table *t, const struct dataset *set, const uint8_t *at, size_t len, uint64_t *key)
{
    *key = key_of(t, set, at, len);
    const struct addition *a = entry_of(t, *key, false);
    if (a)
        return !a->removed;
    return set->values.count ? (uint32_t)(uintptr_t)table_find(&set->values, at, len) : 0;
}

bool dataset_holds(struct dataset_table *t, const struct dataset_use *use, const uint8_t *at, size_t len)
{
    uint64_t key;
    if (!fits(use->set, &at, &len))
        return use->op == DATASET_ISNOTSET;
    uint32_t found = look_up(t, use->set, at, len, &key);
    switch ((enum dataset_op)use->op) {
    case DATASET_ISSET:    return found != 0;
    case DATASET_ISNOTSET: return found == 0;
    case DATASET_ABOVE:    return found && found - 1 > use->than;
    case DATASET_BELOW:    return found && found - 1 < use->than;
    case DATASET_EQUAL:    return found && found - 1 == use->than;
    case DATASET_SET:
    case DATASET_UNSET:    break;
    }
    bool changes = (found == 0) == (use->op == DATASET_SET);
    if (changes)
        note(t, key, use->op == DATASET_UNSET);
    return changes;
}

/* ---- files ---- */

static size_t from_hexadecimal(struct slice s, uint8_t *out, size_t n)
{
    char pair[3] = "";
    if (s.len != 2 * n || strspn(s.at, "0123456789abcdefABCDEF") < s.len)
        return 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(pair, s.at + 2 * i, 2);
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static size_t from_base64(struct slice s, uint8_t *out)
{
    size_t letters = strspn(s.at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    size_t filled = letters + strspn(s.at + letters, "=");
    return filled == s.len && s.len % 4 == 0 ? inspect_base64((const uint8_t *)s.at, letters, out) : 0;
}

static size_t from_address(struct slice s, uint8_t *out, bool six)
{
    if (inet_pton(AF_INET, s.at, out) == 1)
        return 4;
    return six && inet_pton(AF_INET6, s.at, out) == 1 ? 16 : 0;
}

/* One line's value, NUL behind it, as bytes; 0: it is none. */
static size_t value_of(const struct dataset *set, struct slice s, uint8_t *out)
{
    switch ((enum dataset_type)set->type) {
    case DATASET_STRING: return from_base64(s, out);
    case DATASET_MD5:    return from_hexadecimal(s, out, 16);
    case DATASET_SHA256: return from_hexadecimal(s, out, 32);
    case DATASET_IP4:    return from_address(s, out, false);
    case DATASET_IP:     return from_address(s, out, true);
    }
    return 0;
}

struct listing {                /* a file being read */
    struct parser  *p;
    struct dataset *set;
    const char     *place;      /* in the rule */
    bool            rated;
    uint8_t         value[LINE_BYTES_MAX];
};

static bool take_line(struct listing *l, char *line, unsigned number)
{
    static const char *const kinds[] = { "base64", "32 hexadecimal digits", "64 hexadecimal digits", "an IPv4 address", "an address" };
    char *comma = l->rated ? strrchr(line, ',') : NULL;
    uint64_t rate = 0;
    if (l->rated && (comma == NULL || !slice_unsigned(slice_trim(slice_of(comma + 1)), &rate) || rate > REPUTATION_MAX))
        return parse_wrong(l->p, l->place, "%s:%u: expected a value, a comma and a number up to %d", l->set->path, number, REPUTATION_MAX);
    if (comma)
        *comma = '\0';
    struct slice text = slice_trim(slice_of(line));
    line[(size_t)(text.at - line) + text.len] = '\0';
    size_t len = value_of(l->set, text, l->value);
    const uint8_t *at = l->value;
    if (len == 0 || !fits(l->set, &at, &len))
        return parse_wrong(l->p, l->place, "%s:%u: expected %s", l->set->path, number, kinds[l->set->type]);
    table_put(&l->set->values, pile_copy(l->p->pile, at, len), len, (void *)(uintptr_t)(rate + 1));
    return true;
}

static bool take_file(struct listing *l, FILE *in)
{
    char line[LINE_BYTES_MAX];
    unsigned number = 0;
    while (fgets(line, sizeof(line), in)) {
        number++;
        size_t len = strcspn(line, "\r\n");
        if (line[len] == '\0' && !feof(in))
            return parse_wrong(l->p, l->place, "%s:%u: longer than %d bytes", l->set->path, number, LINE_BYTES_MAX);
        line[len] = '\0';
        if (len && line[0] != '#' && !take_line(l, line, number))
            return false;
    }
    return !ferror(in) || parse_wrong(l->p, l->place, "%s: cannot be read", l->set->path);
}

static bool read_values(struct parser *p, struct dataset *set, const char *place, bool rated, bool may_lack)
{
    struct stat about;
    if (stat(set->path, &about) == 0 && !S_ISREG(about.st_mode))
        return parse_wrong(p, place, "%s: not a regular file", set->path);
    FILE *in = fopen(set->path, "re");
    if (in == NULL)
        return (may_lack && errno == ENOENT) || parse_wrong(p, place, "%s: %s", set->path, strerror(errno));
    struct listing *l = calloc(1, sizeof(*l));
    if (l == NULL)
        abort();
    *l = (struct listing){ .p = p, .set = set, .place = place, .rated = rated };
    bool good = take_file(l, in);
    free(l);
    fclose(in);
    return good;
}

/* ---- reading ---- */

struct words {                  /* dataset's and datarep's own options */
    struct slice name, type, file;
    bool         loads, may_lack, rated;
};

static bool read_word(struct parser *p, struct slice item, struct words *w)
{
    struct slice key;
    uint64_t n;
    (void)slice_word(&item, &key);
    bool load = slice_is(key, "load"), state = slice_is(key, "state"), save = slice_is(key, "save");
    if (slice_is(key, "type")) {
        w->type = item;
        return true;
    }
    if (load || state || save) {
        if (item.len == 0)
            return parse_wrong(p, key.at, "`%.*s` without a file", (int)key.len, key.at);
        if (!save) {
            w->file = item;
            w->loads = true;
            w->may_lack = state;
        }
        return true;
    }
    if (slice_is(key, "memcap") || slice_is(key, "hashsize")) {     /* our tables have their own ceiling */
        while (item.len && strchr("kKmMgGbB", item.at[item.len - 1]))
            item.len--;
        return slice_unsigned(item, &n) || parse_wrong(p, item.at, "`%.*s` is not a number", (int)item.len, item.at);
    }
    return parse_wrong(p, key.at, "unknown `%.*s` in `%.*s`", (int)key.len, key.at, (int)p->option->name.len, p->option->name.at);
}

static bool read_type(struct parser *p, struct slice s, uint8_t *out)
{
    static const char *const types[] = { "string", "md5", "sha256", "ipv4", "ip" };
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (slice_is(s, types[i])) {
            *out = (uint8_t)i;
            return true;
        }
    }
    return parse_wrong(p, s.at, "expected string, md5, sha256, ipv4 or ip, found `%.*s`", (int)s.len, s.at);
}

/* Beside the rule file, unless the path begins at the root. */
static const char *path_of(struct parser *p, struct slice file)
{
    char path[PATH_LEN_MAX];
    const char *end = strrchr(p->rule->file, '/');
    int folder = end && file.at[0] != '/' ? (int)(end - p->rule->file) + 1 : 0;
    int n = snprintf(path, sizeof(path), "%.*s%.*s", folder, p->rule->file, (int)file.len, file.at);
    if (n < 0 || (size_t)n >= sizeof(path))
        return NULL;
    return pile_intern(p->pile, path, (size_t)n);
}

static struct dataset *dataset_new(struct parser *p, const struct words *w)
{
    struct dataset *set = pile_take(p->pile, sizeof(*set));
    set->name = pile_intern(p->pile, w->name.at, w->name.len);
    set->id = memory_name(w->name.at, w->name.len);
    set->next = p->rules->datasets;
    p->rules->datasets = set;
    if (w->type.len == 0) {
        parse_wrong(p, w->name.at, "the type of the dataset `%s` is missing", set->name);
        return NULL;
    }
    return read_type(p, w->type, &set->type) ? set : NULL;
}

static bool give_file(struct parser *p, struct dataset *set, const struct words *w)
{
    const char *path = w->loads ? path_of(p, w->file) : NULL;
    if (!w->loads || (path && set->path && strcmp(path, set->path) == 0))
        return true;
    if (path == NULL)
        return parse_wrong(p, w->file.at, "the path is longer than %d bytes", PATH_LEN_MAX);
    if (set->path)
        return parse_wrong(p, w->file.at, "the dataset `%s` has its values from `%s`", set->name, set->path);
    set->path = path;
    bool good = read_values(p, set, w->file.at, w->rated, w->may_lack);
    if (!good)
        set->path = NULL;
    return good;
}

static struct dataset *dataset_named(struct parser *p, const struct words *w)
{
    uint8_t type;
    struct dataset *set = p->rules->datasets;
    while (set && !slice_is(w->name, set->name))
        set = set->next;
    if (w->name.len == 0 || w->name.len > NAME_LEN_MAX) {
        parse_wrong(p, w->name.at, "the name of a dataset has 1 to %d letters", NAME_LEN_MAX);
        return NULL;
    }
    if (set == NULL)
        set = dataset_new(p, w);
    else if (w->type.len && (!read_type(p, w->type, &type) || type != set->type)) {
        parse_wrong(p, w->type.at, "the dataset `%s` has another type elsewhere", set->name);
        return NULL;
    }
    return set && give_file(p, set, w) ? set : NULL;
}

static bool use(struct parser *p, struct slice rest, struct words *w, enum dataset_op op, uint16_t than)
{
    struct slice item;
    if (p->sticky == NULL)
        return parse_wrong(p, p->option->name.at, "`%.*s` needs a sticky buffer before it", (int)p->option->name.len, p->option->name.at);
    while (slice_cut(&rest, ',', &item)) {
        if (!read_word(p, item, w))
            return false;
    }
    const struct dataset *set = dataset_named(p, w);
    struct step *s = set ? parse_step(p, STEP_DATASET) : NULL;
    if (s == NULL)
        return false;
    struct dataset_use *u = pile_take(p->pile, sizeof(*u));
    *u = (struct dataset_use){ .set = set, .op = (uint8_t)op, .than = than };
    s->dataset = u;
    return true;
}

/* dataset:set|unset|isset|isnotset,name[,type T][,load F|state F|save F]; */
static bool parse_dataset(struct parser *p, struct slice value)
{
    static const char *const ops[] = { "set", "unset", "isset", "isnotset" };
    struct words w = { .name = { value.at, 0 }, .type = { value.at, 0 } };
    struct slice word;
    (void)slice_cut(&value, ',', &word);
    if (!slice_cut(&value, ',', &w.name))
        return parse_wrong(p, word.at, "expected dataset:operation,name,type T");
    for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (slice_is(word, ops[i]))
            return use(p, value, &w, (enum dataset_op)i, 0);
    }
    return parse_wrong(p, word.at, "expected set, unset, isset or isnotset, found `%.*s`", (int)word.len, word.at);
}

/* datarep:name,>|<|==,number[,load F][,type T]; */
static bool parse_datarep(struct parser *p, struct slice value)
{
    struct words w = { .name = { value.at, 0 }, .type = { value.at, 0 }, .rated = true };
    struct slice op, number;
    uint64_t n;
    (void)slice_cut(&value, ',', &w.name);
    if (!slice_cut(&value, ',', &op) || !slice_cut(&value, ',', &number) || !slice_unsigned(number, &n) || n > REPUTATION_MAX)
        return parse_wrong(p, w.name.at, "expected datarep:name,operator,number up to %d", REPUTATION_MAX);
    if (!slice_is(op, ">") && !slice_is(op, "<") && !slice_is(op, "=="))
        return parse_wrong(p, op.at, "expected > < or ==, found `%.*s`", (int)op.len, op.at);
    return use(p, value, &w, op.at[0] == '>' ? DATASET_ABOVE : op.at[0] == '<' ? DATASET_BELOW : DATASET_EQUAL, (uint16_t)n);
}

void datasets_free(struct dataset *first)
{
    for (; first; first = first->next)
        table_free(&first->values);
}

const struct keyword dataset_keywords[] = {
    { "dataset", VALUE_NEEDED, parse_dataset, "Whether the buffer is in a named set, or adds it: operation,name,type,load file." },
    { "datarep", VALUE_NEEDED, parse_datarep, "The number that a file gives to the buffer: name,operator,number,load file,type." },
    { .name = NULL }
};
