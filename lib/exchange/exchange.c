#include "exchange/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const exchange_form_names[] = { "stix", "iodef", "cap", "gbt36643", "csv", "json", "text", NULL };
const char *const exchange_form_media[] = {
    "application/stix+json;version=2.1", "application/json", "application/cap+xml", "application/json",
    "text/csv; charset=utf-8", "application/json", "text/plain; charset=utf-8",
};
const char *const exchange_form_suffix[] = { "json", "json", "xml", "json", "csv", "json", "txt" };
const char *const tlp_names[] = { "clear", "green", "amber", "amber+strict", "red", NULL };

static int json_write(const struct thing *things, size_t count, struct text *out, struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        char *line = json_dumps(things[i].document, JSON_COMPACT);
        if (line == NULL)
            return fault_set(f, -ENOMEM, "no memory to write %s", things[i].id);
        text_str(out, line);
        text_char(out, '\n');
        free(line);
    }
    return 0;
}

/* One alert element is one document: several would be no XML. */
static int cap_fits(const struct thing *things, size_t count, struct fault *f)
{
    if (count != 1)
        return fault_set(f, -EINVAL, "CAP holds one warning in a document, not %zu: name it by its id", count);
    if (things[0].kind != THING_WARNING)
        return fault_set(f, -EINVAL, "CAP is for warnings; %s is %s %s", things[0].id, things[0].kind == THING_INCIDENT ? "an" : "a",
                         thing_kind_names[things[0].kind]);
    return 0;
}

static int written(enum exchange_form form, const struct exchange_house *h, const struct thing *things, size_t count,
                   struct text *out, struct fault *f)
{
    switch (form) {
    case EXCHANGE_STIX:     stix_write(h, things, count, out); return 0;
    case EXCHANGE_IODEF:    iodef_write(h, things, count, out); return 0;
    case EXCHANGE_GBT36643: gbt36643_write(h, things, count, out); return 0;
    case EXCHANGE_CSV:      csv_write(things, count, out); return 0;
    case EXCHANGE_JSON:     return json_write(things, count, out, f);
    case EXCHANGE_TEXT:
        for (size_t i = 0; i < count; i++)
            letter_write(h, &things[i], out);
        return 0;
    case EXCHANGE_CAP: {
        int rc = cap_fits(things, count, f);
        if (rc == 0)
            cap_write(h, things, out);
        return rc;
    }
    case EXCHANGE_FORMS: break;
    }
    return fault_set(f, -EINVAL, "no such form");
}

int exchange_write(enum exchange_form form, const struct exchange_house *house, const struct thing *things, size_t count,
                   struct text *out, struct fault *f)
{
    if (count == 0)
        return fault_set(f, -EINVAL, "there is nothing to write");
    int rc = written(form, house, things, count, out, f);
    if (rc == 0 && out->cut)
        rc = fault_set(f, -ENOSPC, "%s of %zu is longer than %zu bytes", exchange_form_names[form], count, out->cap);
    return rc;
}
