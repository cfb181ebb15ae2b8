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
    for (const char *at = words; at != NULL && (at = strstr(at, name)) != NULL; at++)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

int schema_find(const struct schema *s, const char *name)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->fields[i].name, name) == 0 || words_hold(s->fields[i].aliases, name))
            return i;
    return -1;
}
