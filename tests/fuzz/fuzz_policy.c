/* Any bytes as an OT policy. What must hold: a refusal has a sentence; what is taken is written so that it is taken again, and written the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "behave/policy.h"
#include "tests/support/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct policy *load(const void *bytes, size_t size, struct fault *f)
{
    struct file file = file_of(bytes, size);
    struct policy *p = policy_load(file.path, f);
    unlink(file.path);
    assert(p != NULL || f->why[0] != '\0');
    return p;
}

static char *written(const struct policy *p, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    policy_write(p, "sensor-1", out);
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fault f = { 0 };
    struct policy *p = size < 65536 ? load(bytes, size, &f) : NULL;
    size_t len, again_len;
    if (p == NULL)
        return 0;
    char *text = written(p, &len);
    struct policy *again = load(text, len, &f);
    assert(again != NULL);
    char *twice = written(again, &again_len);
    assert(len == again_len && memcmp(text, twice, len) == 0);
    free(text);
    free(twice);
    policy_free(p);
    policy_free(again);
    return 0;
}
