/* Any bytes as an event that is to leave the house, in every form.
 * What must hold: a refusal has a sentence; a JSON form is JSON; masking what is masked uncovers nothing; writing
 * twice gives the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/mask.h"
#include "exchange/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { ROOM = 1 << 20 };

static void in_form(enum exchange_form form, const struct thing *t, char *at, char *again)
{
    static const struct exchange_house house = { "发布单位", "Issuer", "csirt.example.cn", "duty@csirt.example.cn", TLP_GREEN };
    struct text first = text_over(at, ROOM), second = text_over(again, ROOM);
    struct fault f = { 0 };
    int rc = exchange_write(form, &house, t, 1, &first, &f);
    assert(rc == 0 || *f.why != '\0');
    assert(exchange_write(form, &house, t, 1, &second, &f) == rc);
    assert(first.len == second.len && memcmp(at, again, first.len) == 0);
    if (rc != 0 || (form != EXCHANGE_STIX && form != EXCHANGE_IODEF && form != EXCHANGE_GBT36643))
        return;
    json_t *document = json_loadb(at, first.len, JSON_ALLOW_NUL, NULL);
    assert(document != NULL);
    json_decref(document);
}

static size_t stars(const char *s, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += s[i] == '*';
    return found;
}

/* More may be masked then: what is left of a mail address or a card can end a number that went on before. */
static void masked_stays_masked(const uint8_t *bytes, size_t size, char *at, char *again)
{
    struct text once = text_over(at, ROOM), twice = text_over(again, ROOM);
    mask_text((const char *)bytes, size, &once);
    mask_text(at, once.len, &twice);
    if (!once.cut && !twice.cut)
        assert(stars(again, twice.len) >= stars(at, once.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct thing t;
    struct fault f = { 0 };
    char *at = malloc(ROOM), *again = malloc(ROOM);
    if (at == NULL || again == NULL)
        abort();
    masked_stays_masked(bytes, size, at, again);
    if (thing_parse((const char *)bytes, size, false, &t, &f) == 0) {
        for (int form = 0; form < EXCHANGE_FORMS; form++)
            in_form((enum exchange_form)form, &t, at, again);
        thing_free(&t);
    } else {
        assert(*f.why != '\0');
    }
    free(at);
    free(again);
    return 0;
}
