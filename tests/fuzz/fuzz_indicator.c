/* Any bytes as a file of indicators, as one of JSON, and as what is looked for among them.
 * What must hold: the file is read, each thing left out is said with the file's name; what was taken is found again by the value
 * that was kept, and comes back from its own JSON the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emit/intel.h"
#include "tests/support/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct all { struct intel_store *store; const char *path; };

static void good(void *ctx, const struct indicator *i)
{
    struct all *a = ctx;
    char json[16 * 1024], again[16 * 1024];
    struct text t = text_over(json, sizeof json), u = text_over(again, sizeof again);
    struct indicator_room *room = malloc(sizeof *room);
    struct indicator back;
    struct fault f;
    indicator_json(i, &t);
    assert(!t.cut && *i->value != '\0' && i->severity >= 1 && i->severity <= 4 && i->confidence <= 100);
    if (indicator_parse(t.at, t.len, room, &back, &f) == 0) {      /* not when it holds what is no UTF-8: it is written as such */
        indicator_json(&back, &u);
        assert(back.kind == i->kind && back.version == i->version);
    }
    (void)intel_store_take(a->store, i, UINT64_C(1795176000000000));
    free(room);
}

static void bad(void *ctx, const struct fault *f)
{
    struct all *a = ctx;
    assert(f->code < 0 && strncmp(f->why, a->path, strlen(a->path)) == 0);
}

static void found(void *ctx, const struct indicator *i)
{
    const struct intel *t = ctx;
    struct intel_hit hit;
    if (i->kind != INDICATOR_ADDRESS)
        assert(intel_value(t, i->kind, (const uint8_t *)i->value, strlen(i->value), 0, &hit));
    else
        assert(intel_address(t, &i->prefix.addr, 0, &hit));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fault f;
    struct intel_hit hit;
    struct indicator_room *room = malloc(sizeof *room);
    struct indicator i;
    struct file file = file_of(bytes, size);
    struct all all = { intel_store_new(1000, 1 << 20), file.path };
    struct indicator_reader reader = { good, bad, &all, 1, NULL };
    (void)indicator_file(file.path, &reader, &f);
    (void)indicator_parse((const char *)bytes, size, room, &i, &f);
    const struct intel *t = intel_store_publish(all.store);
    intel_store_each(all.store, found, (void *)(uintptr_t)t);
    for (int kind = INDICATOR_DOMAIN; kind < INDICATOR_KINDS; kind++)
        (void)intel_value(t, (enum indicator_kind)kind, bytes, size, 0, &hit);
    intel_store_let_go(all.store, t);
    intel_store_free(all.store);
    unlink(file.path);
    free(room);
    return 0;
}
