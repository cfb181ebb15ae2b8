/* Hostile bytes into the MySQL dissector, as a dialogue that tests/support/dissect.h cuts out of them. What must hold is
 * asserted there: never outside the input, always progress, a verdict that keeps its word, nothing kept after the end. */
#include "tests/support/dissect.h"

#include "dissectors/mysql/mysql.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct conversation conv = { .over = OVER_TCP };
    (void)dissector_mysql.probe(&conv, cursor_over(bytes, size));
    return dissect_fuzz(&dissector_mysql, bytes, size);
}
