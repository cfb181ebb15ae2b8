/* exchange - the forms in which incidents, warnings and notices leave the house. Pure functions from things to text.
 *
 *     stix       STIX 2.1 bundle (OASIS, 10 June 2021), marked with TLP 2.0
 *     iodef      IODEF v2 in JSON (RFC 7970, RFC 8727)
 *     cap        CAP 1.2 (OASIS, 1 July 2010): one warning, in Chinese and English
 *     gbt36643   GB/T 36643-2018: its eight components as JSON lists
 *     csv        a row each, for a spreadsheet; nothing in it can be taken for a formula
 *     json       the events themselves, a line each
 *     text       for people: Chinese, then English
 *
 * Repeatable  ids are made from names and times are the things' own: the same things give the same text.
 * Masked      as the things are (exchange/thing.h).
 * Errors      -EINVAL with a sentence when the form cannot hold the things; -ENOSPC when the buffer is too small.
 * Sources     and what was chosen where they leave a choice: docs/decisions/exchange.md.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "exchange/thing.h"

enum exchange_form { EXCHANGE_STIX, EXCHANGE_IODEF, EXCHANGE_CAP, EXCHANGE_GBT36643, EXCHANGE_CSV, EXCHANGE_JSON, EXCHANGE_TEXT, EXCHANGE_FORMS };

/* Traffic Light Protocol 2.0 (FIRST, 2022). */
enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };

extern const char *const exchange_form_names[EXCHANGE_FORMS + 1];       /* NULL at the end */
extern const char *const exchange_form_media[EXCHANGE_FORMS];           /* "application/stix+json;version=2.1" */
extern const char *const exchange_form_suffix[EXCHANGE_FORMS];          /* "json" */
extern const char *const tlp_names[];                                   /* "clear" .. "red", NULL at the end */

/* Who sends. */
struct exchange_house {
    const char *name_zh, *name_en;
    const char *domain;         /* "csirt.example.cn": what makes ids ours */
    const char *contact;        /* a mail address; "" none */
    enum tlp    tlp;
};

int exchange_write(enum exchange_form form, const struct exchange_house *house, const struct thing *things, size_t count,
                   struct text *out, struct fault *f);

/* One line for a list or a mail's subject: "【橙色预警】..." */
void exchange_subject(const struct thing *t, struct text *out);

/* Each form's own, for exchange_write(). */
void stix_write(const struct exchange_house *h, const struct thing *things, size_t count, struct text *out);
void iodef_write(const struct exchange_house *h, const struct thing *things, size_t count, struct text *out);
void cap_write(const struct exchange_house *h, const struct thing *t, struct text *out);
void gbt36643_write(const struct exchange_house *h, const struct thing *things, size_t count, struct text *out);
void csv_write(const struct thing *things, size_t count, struct text *out);
void letter_write(const struct exchange_house *h, const struct thing *t, struct text *out);

#endif
