#include "events/drill.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/text.h"

bool drill_inject_fits(const char *name)
{
    size_t n = 0;
    for (; name[n] != '\0'; n++)
        if (!isalnum((unsigned char)name[n]) && (n == 0 || strchr(".-_", name[n]) == NULL))
            return false;
    return n > 0 && n < DRILL_INJECT_MAX;
}

bool drill_score_digest(const json_t *score, char out[DRILL_DIGEST_MAX])
{
    uint8_t digest[HASH_MAX];
    struct text hex = text_over(out, DRILL_DIGEST_MAX);
    char *line = json_dumps(score, JSON_COMPACT);
    if (line == NULL)
        return false;
    text_hex(&hex, digest, hash_digest(HASH_SM3, line, strlen(line), digest));
    text_end(&hex);
    free(line);
    return true;
}
