/* Rules up to the first zero byte, then what is held against them: as a packet's payload, as two segments of a stream, and as
 * the values of records. What must hold: nothing is read outside of the bytes, and the flow's memory comes back whole. */
#include "tests/unit/detect/fire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void records(struct scene *c, const uint8_t *at, size_t len)
{
    static struct record r;
    record_begin(&r, &http_schema, FROM_CLIENT);
    for (uint16_t row = 0; row < 12; row++) {
        if (row == HTTP_LENGTH)
            record_uint(&r, row, len);
        else
            record_bytes(&r, row, at, len);
    }
    scene_record(c, &r);
    record_begin(&r, &toy_schema, FROM_SERVER);
    record_uint(&r, TOY_FUNCTION, len);
    record_int(&r, TOY_LEVEL, len ? at[0] - 128 : 0);
    record_bytes(&r, TOY_NAMES, at, len / 2);
    record_bytes(&r, TOY_NAMES, at + len / 2, len - len / 2);
    record_item(&r, TOY_ANSWERS);
    record_bytes(&r, TOY_RRNAME, at, len);
    scene_record(c, &r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *zero = size ? memchr(bytes, 0, size) : NULL;
    size_t rules = zero ? (size_t)(zero - bytes) : size;
    size_t len = zero ? size - rules - 1 : 0;
    const uint8_t *at = zero ? zero + 1 : (const uint8_t *)"";
    struct scene c;
    struct rules_report report = { .files = 0 };
    struct fault f;
    scene_begin(&c, "");
    struct rules *fresh = rules_from((const char *)bytes, rules, &report);
    if (detect_swap(c.detect, fresh, &f) == 0) {
        rules_free(c.rules);
        c.rules = fresh;
    }
    c.s.app_proto = len % 2 ? "http" : "toy";
    scene_packet(&c, at, len);
    if (len) {
        scene_stream(&c, (const char *)at, len, len, 0);
        scene_stream(&c, (const char *)at, len, len / 2, len / 2);
    }
    records(&c, at, len);
    c.s.proto = IPPROTO_UDP;
    scene_packet(&c, at, len);
    scene_end(&c);
    return 0;
}
