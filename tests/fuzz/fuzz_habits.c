/* Any bytes as saved habits.
 * What must hold: a refusal has a sentence and takes nothing; what was taken can be saved again, and what is saved can be
 * taken. The checksum in the head is made right, so that what is behind it is reached. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "correlator/scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void again(void *ctx, const char *status, const void *bytes, size_t len)
{
    static const struct scene_settings settings = { .most = 64 };
    struct fault f = { 0 };
    struct scene *t = scene_new(&settings);
    (void)ctx, (void)status;
    if (scene_recall(t, bytes, len, &f) < 0)
        abort();
    scene_free(t);
}

static void listed(void *ctx, const struct stop_value *v)
{
    (void)ctx;
    assert(*v->en != '\0' && *v->zh != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct scene_settings settings = { .most = 64 };
    uint8_t whole[4096];
    struct fault f = { 0 };
    if (size < 8 || size > sizeof whole)
        return 0;
    memcpy(whole, bytes, size);
    uint32_t crc = hash_crc32c(0, whole + 8, size - 8);
    for (int i = 0; i < 4; i++)
        whole[4 + i] = (uint8_t)(crc >> (24 - 8 * i));
    struct scene *t = scene_new(&settings);
    if (scene_recall(t, whole, size, &f) < 0) {
        assert(f.why[0] != '\0');
    } else {
        struct region *r = scene_region(t, "430100", "actual");
        r->learned += r->born_us != 0;      /* when the bytes were of another region, this one has nothing to save */
        scene_save(t, "430100", 64, 1, 0, again, NULL);
        scene_stop_values(t, listed, NULL);
    }
    scene_free(t);
    return 0;
}
