/* Any bytes as a CSV of assets and as one of indicators.
 * What must hold: they load; each line that is left out is said with file and line; what was taken can be asked. */
#include <assert.h>
#include <string.h>

#include "common/log.h"
#include "emit/intel.h"
#include "tests/support/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void bad(void *ctx, const struct fault *f)
{
    assert(strncmp(f->why, ctx, strlen(ctx)) == 0 && f->why[strlen(ctx)] == ':');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fault f;
    struct file file = file_of(bytes, size);
    struct addr a = addr_v4("\x0a\x00\x00\x01");
    char out[64 * 1024];
    struct text t = text_over(out, sizeof out);
    log_open("fuzz", LOG_LEVEL_ERROR);
    struct asset_table *assets = asset_table_load(file.path, bad, file.path, &f);
    struct intel *intel = intel_load(file.path, UINT64_C(1795176000000000), &f);
    assert(assets != NULL && intel != NULL);
    const struct asset *found = asset_table_find(assets, &a);
    if (found != NULL)
        asset_json(found, &t);
    (void)intel_address(intel, &a);
    for (int kind = INTEL_DOMAIN; kind < INTEL_KINDS; kind++)
        (void)intel_value(intel, (enum intel_kind)kind, bytes, size);
    asset_table_free(assets);
    intel_free(intel);
    unlink(file.path);
    return 0;
}
