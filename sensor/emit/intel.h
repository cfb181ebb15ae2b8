/* intel - indicators (addresses, domains, URLs, JA3 hashes) held against flows and records.
 *
 * A CSV: type,value,name,severity,source,expires. A domain also stands for everything below it; a URL is
 * host and path, its scheme is left out. Which fields of
 * a record are domains, URLs or JA3 hashes their rows say (FIELD_DOMAIN ...): this file names no protocol.
 * Ownership  the table owns its indicators; a match borrows its alert_rule until intel_free().
 * Threads    read-only after loading.
 */
#ifndef EMIT_INTEL_H
#define EMIT_INTEL_H

#include "events/alert.h"

enum intel_kind { INTEL_ADDRESS, INTEL_DOMAIN, INTEL_URL, INTEL_JA3, INTEL_KINDS };

struct intel;

/* Every bad line is logged and skipped, so is what expired before `now_us`. */
struct intel *intel_load(const char *path, uint64_t now_us, struct fault *f);
void intel_free(struct intel *t);
size_t intel_count(const struct intel *t);

/* The alert that an indicator raises, or NULL. sid is 1 + enum intel_kind, gid ALERT_GID_INTEL. */
const struct alert_rule *intel_address(const struct intel *t, const struct addr *a);
const struct alert_rule *intel_value(const struct intel *t, enum intel_kind kind, const uint8_t *bytes, size_t len);

/* The first indicator that a record's fields meet. */
const struct alert_rule *intel_record(const struct intel *t, const struct record *r);

#endif
