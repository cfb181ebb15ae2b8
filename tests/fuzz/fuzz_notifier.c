/* Any text as a target's line, and as a field of the queue in Redis ("FIELD\nVALUE").
 * What must hold: a refusal has a sentence; a line that is taken keeps its bounds; what was loaded can be taken, rendered and settled. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "notifier/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct exchange_house house = { "发布单位", "Issuer", "csirt.example.cn", "", TLP_GREEN };

static void line(const char *text)
{
    struct target t;
    struct fault f = { 0 };
    if (target_parse(text, &t, &f) != 0) {
        assert(*f.why != '\0');
        return;
    }
    assert(t.limit <= TARGET_LIMIT_MAX && t.things != 0 && t.statuses != 0 && t.gravity >= GRAVEST && t.gravity <= LEAST_GRAVE);
    assert(t.limit == 0 || t.limit_us > 0);
}

static void field(const char *name, const char *value)
{
    static const struct outbox_settings settings = { .queue_max = 4, .seen_max = 16, .keep_us = 1, .retry_least_us = 1, .retry_most_us = 2 };
    struct target t;
    struct fault f = { 0 };
    struct item *batch[OUTBOX_BATCH_MAX];
    struct message m;
    uint64_t again;
    if (target_parse("a=file /x form=text status=actual,exercise,test", &t, &f) != 0)
        abort();
    struct journal *j = journal_open(NULL, &f);
    struct outbox *o = outbox_open(&settings, &t, 1, j, &f);
    assert(j != NULL && o != NULL);
    outbox_load(o, "430100", name, value, strlen(value));
    outbox_loaded(o);
    if (outbox_take(o, 0, 1, batch, &again) > 0) {
        if (message_make(&t, &house, batch, 1, &m, &f) == 0) {
            assert(strspn(m.key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_") == strlen(m.key));
            message_free(&m);
        }
        outbox_done(o, 0, batch, 1, SENT_DONE, 0, 1);
    }
    outbox_close(o);
    journal_close(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, bytes, size);
    text[size] = '\0';
    char *end = strchr(text, '\n');
    if (end == NULL) {
        line(text);
    } else {
        *end = '\0';
        field(text, end + 1);
    }
    free(text);
    return 0;
}
