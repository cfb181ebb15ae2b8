#include "events/field.h"

#include <stdbool.h>
#include <string.h>

const char *field_name_of(const struct field *f, uint64_t value)
{
    if (f->names == NULL)
        return NULL;
    for (const struct field_name *n = f->names; n->name != NULL; n++)
        if (n->value == value)
            return n->name;
    return NULL;
}

/* Is `name` one of the blank-separated words? */
static bool words_hold(const char *words, const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || strchr(name, ' ') != NULL)
        return false;
    for (const char *at = words; at != NULL && (at = strstr(at, name)) != NULL; at++)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* Is `path` the row's name behind the names of the lists that it is in? */
static bool path_is(const struct schema *s, const struct field *f, const char *path, size_t len)
{
    size_t n = strlen(f->name);
    if (n > len || memcmp(path + len - n, f->name, n) != 0)
        return false;
    if (f->in == 0)
        return n == len;
    return len > n && path[len - n - 1] == '.' && path_is(s, &s->fields[f->in - 1], path, len - n - 1);
}

int schema_find(const struct schema *s, const char *name)
{
    int member = -1, members = 0;
    size_t len = strlen(name);
    for (int i = 0; i < s->count; i++) {
        if (path_is(s, &s->fields[i], name, len) || words_hold(s->fields[i].aliases, name))
            return i;
        if (s->fields[i].in != 0 && strcmp(s->fields[i].name, name) == 0) {
            member = i;
            members++;
        }
    }
    return members == 1 ? member : -1;
}
