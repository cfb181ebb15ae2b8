/* Any bytes as what is said, as a time and as a prefix.
 * What must hold: a JSON string of any bytes is read by a JSON reader; cut texts stay within their buffer; a time that was
 * taken is written and read again as the same; so is a prefix. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/clock.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void as_string(const uint8_t *bytes, size_t size)
{
    size_t cap = 6 * size + 2;
    char *out = malloc(cap);
    struct text t = text_over(out, cap);
    text_char(&t, '"');
    text_json(&t, bytes, size);
    text_char(&t, '"');
    assert(!t.cut);
    json_t *back = json_loadb(out, t.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert(json_is_string(back));
    json_decref(back);
    free(out);
}

static void cut(const uint8_t *bytes, size_t size)
{
    size_t cap = size > 0 ? bytes[0] : 0;
    char *out = malloc(cap + 1);
    struct text t = text_over(out, cap);
    text_json(&t, bytes, size);
    text_hex(&t, bytes, size / 4);
    text_base64(&t, bytes, size / 3);
    assert(t.len <= cap);
    free(out);
}

static void line(const char *text)
{
    char out[CLOCK_TEXT_MAX], clipped[64];
    uint64_t us, again;
    struct prefix p;
    struct addr a;
    struct text t = text_over(clipped, sizeof clipped);
    text_clip(&t, text, sizeof clipped);
    assert(!t.cut);
    if (clock_parse(text, &us) == 0 && us < UINT64_C(253402214400000000)) {
        clock_text(us, out);
        assert(clock_parse(out, &again) == 0 && again == us);
    }
    if (prefix_parse(text, &p) == 0)
        assert(prefix_holds(&p, &p.addr));
    if (addr_parse(text, &a) == 0) {
        char back[ADDR_TEXT_MAX];
        struct addr same;
        addr_text(&a, back);
        assert(addr_parse(back, &same) == 0 && addr_equal(&a, &same));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = strndup((const char *)bytes, size);
    as_string(bytes, size);
    cut(bytes, size);
    line(text);
    free(text);
    return 0;
}
