#include "bus/transaction.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct transaction *t)
{
    if (t->count < t->room)
        return true;
    size_t room = t->room ? t->room * 2 : 64;
    struct change *changes = realloc(t->changes, room * sizeof *changes);
    if (changes == NULL)
        return false;
    t->changes = changes;
    t->room = room;
    return true;
}

static size_t size_of(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static const char *put(char **at, const char *bytes, size_t n)
{
    if (bytes == NULL)
        return NULL;
    char *here = *at;
    memcpy(here, bytes, n);
    here[n] = '\0';
    *at += n + 1;
    return here;
}

static const char *put_text(char **at, const char *text)
{
    return text != NULL ? put(at, text, strlen(text)) : NULL;
}

void transaction_add(struct transaction *t, const struct change *given)
{
    size_t size = size_of(given->region) + size_of(given->key) + size_of(given->id) + size_of(given->type) +
                  size_of(given->reason) + size_of(given->from) + given->len + 1;
    char *texts = make_room(t) ? blocks_take(&t->texts, size) : NULL;
    if (texts == NULL) {
        t->short_of_memory = true;
        return;
    }
    struct change *x = &t->changes[t->count++];
    *x = *given;
    x->region = put_text(&texts, given->region);
    x->key = put_text(&texts, given->key);
    x->id = put_text(&texts, given->id);
    x->type = put_text(&texts, given->type);
    x->reason = put_text(&texts, given->reason);
    x->from = put_text(&texts, given->from);
    x->value = put(&texts, given->value, given->len);
}

void transaction_accept(struct transaction *t)
{
    t->sure = t->count;
}

/* The texts of what is taken back stay as long as something else is there. */
void transaction_reject(struct transaction *t)
{
    t->count = t->sure;
    t->short_of_memory = false;         /* what is sure was whole when it became so */
    if (t->count == 0)
        blocks_empty(&t->texts);
}

void transaction_empty(struct transaction *t)
{
    t->sure = 0;
    transaction_reject(t);
}

void transaction_free(struct transaction *t)
{
    blocks_free(&t->texts);
    free(t->changes);
    *t = (struct transaction){ 0 };
}
