/* A small made-up protocol with every meaning that a field can have, and records of it written as text. */
#ifndef TESTS_UNIT_BEHAVE_PLANT_H
#define TESTS_UNIT_BEHAVE_PLANT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "behave/deed.h"

enum plant_row { UNIT, FUNCTION, SUB, ACCESS, TABLE, ADDRESS, QUANTITY, VALUE, TAG, ITEMS, ITEM_DB, ITEM_ADDRESS, ITEM_VALUE, POINTS, POINT_INDEX,
                 POINT_VALUE, PRODUCT, VERSION, PLANT_ROWS };

static const struct field_name plant_tables[] = { { 1, "coils" }, { 2, "registers" }, { 0, NULL } };
static const struct field_name plant_functions[] = { { 3, "read" }, { 6, "write" }, { 8, "diagnose" }, { 0, NULL } };

static const struct field plant_fields[] = {
    [UNIT]         = { .name = "unit", .means = MEANS_UNIT },
    [FUNCTION]     = { .name = "function", .means = MEANS_FUNCTION, .names = plant_functions },
    [SUB]          = { .name = "sub", .means = MEANS_FUNCTION },
    [ACCESS]       = { ACCESS_FIELD },
    [TABLE]        = { .name = "table", .means = MEANS_TARGET, .names = plant_tables },
    [ADDRESS]      = { .name = "address", .means = MEANS_TARGET },
    [QUANTITY]     = { .name = "quantity", .means = MEANS_EXTENT },
    [VALUE]        = { .name = "value", .means = MEANS_VALUE, .flags = FIELD_MANY },
    [TAG]          = { .name = "tag", .means = MEANS_TARGET, .type = FIELD_TEXT },
    [ITEMS]        = { .name = "items", .type = FIELD_LIST, .flags = FIELD_MANY },
    [ITEM_DB]      = { .name = "db", .in = ITEMS + 1, .means = MEANS_TARGET },
    [ITEM_ADDRESS] = { .name = "address", .in = ITEMS + 1, .means = MEANS_TARGET },
    [ITEM_VALUE]   = { .name = "value", .in = ITEMS + 1, .means = MEANS_VALUE, .type = FIELD_REAL },
    [POINTS]       = { .name = "points", .in = ITEMS + 1, .type = FIELD_LIST, .flags = FIELD_MANY },
    [POINT_INDEX]  = { .name = "index", .in = POINTS + 1, .means = MEANS_TARGET },
    [POINT_VALUE]  = { .name = "value", .in = POINTS + 1, .means = MEANS_VALUE },
    [PRODUCT]      = { .name = "product", .means = MEANS_PRODUCT, .type = FIELD_TEXT },
    [VERSION]      = { .name = "version", .means = MEANS_VERSION, .type = FIELD_TEXT },
};
static const struct schema plant_schema = { .name = "plant", .fields = plant_fields, .count = PLANT_ROWS };

/* "unit=1 access=3 items items.db=5": rows by their path, values as numbers (texts as they stand), in this order. */
static inline void plant_record(struct record *r, const char *text)
{
    static char kept[512];
    snprintf(kept, sizeof kept, "%s", text);
    record_begin(r, &plant_schema, FROM_CLIENT);
    for (char *save, *word = strtok_r(kept, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        char *is = strchr(word, '=');
        if (is != NULL)
            *is = '\0';
        int row = schema_find(&plant_schema, word);
        assert_true(row >= 0);
        const struct field *f = &plant_fields[row];
        if (f->type == FIELD_LIST)
            record_item(r, (uint16_t)row);
        else if (f->type == FIELD_TEXT)
            record_bytes(r, (uint16_t)row, (const uint8_t *)is + 1, strlen(is + 1));
        else if (f->type == FIELD_REAL)
            record_real(r, (uint16_t)row, strtod(is + 1, NULL));
        else
            record_uint(r, (uint16_t)row, strtoull(is + 1, NULL, 10));
    }
}

#endif
