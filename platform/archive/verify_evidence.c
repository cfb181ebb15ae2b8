/* Evidence captures against the SM3 that stands in their alerts. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "archive/verify_notes.h"

/* A name comes out of an event: it may not lead out of the folder. */
static bool stays_inside(const char *name)
{
    return *name != '\0' && *name != '/' && strstr(name, "..") == NULL;
}

static void note_wrong(struct verification *v, const struct noted *at, const char *file, const char *wanted, const struct seal *now)
{
    char found[2 * CHAIN_LINK + 1];
    struct text hex = text_over(found, sizeof found);
    text_hex(&hex, now->sm3, CHAIN_LINK);
    verify_note(v, KIND_EVIDENCE, at, "%s was changed: its SM3 is %.16s..., the alert says %.16s...", file, text_end(&hex), wanted);
}

void verify_evidence(struct verification *v, const struct chained *c, const json_t *document)
{
    const json_t *evidence = json_object_get(document, "evidence");
    const char *file = json_string_value(json_object_get(evidence, "file"));
    const char *sm3 = json_string_value(json_object_get(evidence, "sm3"));
    struct noted at = { c->seq, c->row.id, c->row.time_us };
    uint8_t wanted[CHAIN_LINK];
    char path[PATH_MAX];
    struct seal now;
    struct fault why;
    if (v->plan->evidence == NULL || file == NULL || sm3 == NULL
        || (strcmp(file, v->last_evidence) == 0 && strcmp(sm3, v->last_sm3) == 0))
        return;
    snprintf(v->last_evidence, sizeof v->last_evidence, "%s", file);
    snprintf(v->last_sm3, sizeof v->last_sm3, "%s", sm3);
    if (!stays_inside(file) || !checkpoint_unhex(sm3, wanted, sizeof wanted)
        || snprintf(path, sizeof path, "%s/%s", v->plan->evidence, file) >= (int)sizeof path) {
        verify_note(v, KIND_LOST, &at, "its evidence has a name or an SM3 that is none");
        return;
    }
    int rc = seal_make(path, &now, &why);
    if (rc == -ENOENT)
        verify_note(v, KIND_LOST, &at, "its evidence %s is not there: its time is over, or it was taken away", file);
    else if (rc != 0)
        verify_note(v, KIND_EVIDENCE, &at, "%s", why.why);
    else if (memcmp(now.sm3, wanted, sizeof wanted) != 0)
        note_wrong(v, &at, file, sm3, &now);
    v->sum->evidence_files += rc == 0;
}
