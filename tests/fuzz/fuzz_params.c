/* The query part of an API address. What must hold: read or refused with a code, and every text that is given on is
 * inside the struct, ends there, and holds no control character. */
#include <stdlib.h>
#include <string.h>

#include "dashboards/server/params.h"

static void check(const struct params *p, const char *text)
{
    if (text == NULL)
        return;
    if (text < p->text || text >= p->text + p->used || memchr(text, '\0', (size_t)(p->text + p->used - text)) == NULL)
        abort();
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const enum params_of kinds[] = { PARAMS_EVENTS, PARAMS_COUNTS, PARAMS_ONE, PARAMS_STREAM };
    char *text = strndup((const char *)bytes, n);
    for (size_t i = 0; i < 4; i++) {
        struct params p;
        struct param_fault f = { .code = NULL };
        if (params_parse(text, kinds[i], &p, &f) != 0) {
            if (f.code == NULL || f.why[0] == '\0')
                abort();
            continue;
        }
        check(&p, p.query.region);
        check(&p, p.query.text);
        check(&p, p.query.sector);
        check(&p, p.query.before);
        check(&p, p.query.address);
    }
    free(text);
    return 0;
}
