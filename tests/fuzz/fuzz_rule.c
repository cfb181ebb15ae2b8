/* Any text as a rule file.
 * What must hold: it ends; every refusal has a line, a column and a sentence; what loads can be matched against a packet. */
#include <assert.h>

#include "tests/unit/detect/fire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void refusal(void *ctx, const struct rules_refusal *r)
{
    assert(r->line >= 1 && r->column >= 1 && r->why[0] != '\0' && r->file[0] != '\0');
    ++*(uint64_t *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint64_t refused = 0;
    struct rules_report report = { .refusal = refusal, .ctx = &refused };
    struct rules *r = rules_from((const char *)bytes, size, &report);
    assert(refused == report.refused && rules_count(r) == report.loaded - report.replaced);
    rules_free(r);
    return 0;
}
