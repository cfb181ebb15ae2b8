/* Any bytes as a settings file.
 * What must hold: it ends; a refusal has a sentence and changes nothing; what was taken is dumped so that it loads
 * again and dumps the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"
#include "tests/support/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct place { struct sensor_config config; struct settings_section sections[SENSOR_SECTIONS]; };

static void begin(struct place *p)
{
    struct fault f;
    memset(p, 0, sizeof *p);
    sensor_sections(&p->config, p->sections);
    if (settings_defaults(p->sections, SENSOR_SECTIONS, &f) < 0)
        abort();
}

static int load(struct place *p, const void *bytes, size_t size)
{
    struct fault f = { 0 };
    struct file file = file_of(bytes, size);
    int rc = settings_load(p->sections, SENSOR_SECTIONS, file.path, &f);
    unlink(file.path);
    assert(rc == 0 || f.why[0] != '\0');
    return rc;
}

static char *dump(struct place *p, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    settings_dump(p->sections, SENSOR_SECTIONS, out);
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct place p, q;
    size_t before_len, after_len, again_len;
    begin(&p);
    begin(&q);
    char *before = dump(&p, &before_len);
    int rc = load(&p, bytes, size);
    char *after = dump(&p, &after_len);
    if (rc < 0)
        assert(before_len == after_len && memcmp(before, after, after_len) == 0);
    else
        assert(load(&q, after, after_len) == 0);
    char *again = rc == 0 ? dump(&q, &again_len) : NULL;
    assert(rc < 0 || (again_len == after_len && memcmp(again, after, after_len) == 0));
    free(before);
    free(after);
    free(again);
    settings_free(p.sections, SENSOR_SECTIONS);
    settings_free(q.sections, SENSOR_SECTIONS);
    return 0;
}
