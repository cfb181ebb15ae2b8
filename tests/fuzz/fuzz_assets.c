/* Any bytes as a CSV of assets.
 * What must hold: they load; each line that is left out is said with file and line; what was taken can be asked. */
#include <assert.h>
#include <string.h>

#include "common/log.h"
#include "events/asset.h"
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
    assert(assets != NULL);
    const struct asset *found = asset_table_find(assets, &a);
    if (found != NULL)
        asset_json(found, &t);
    asset_table_free(assets);
    unlink(file.path);
    return 0;
}
