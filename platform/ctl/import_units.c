/* `fengsui import units`: a line a unit, found again by its name in its region. */
#include <errno.h>
#include <string.h>

#include "ctl/cells.h"
#include "ctl/known.h"
#include "events/load.h"

enum { UNIT, CODE, SECTOR, DISTRICT, PARENT, CONTACTS, VALID_FROM, VALID_TO, RETIRED };

static const struct column columns[] = {
    [UNIT] = { "unit", "name|单位|单位名称|名称", true },
    [CODE] = { "code", "统一社会信用代码|信用代码", false },
    [SECTOR] = { "sector", "行业|所属行业", true },
    [DISTRICT] = { "district", "region|区划|区划代码|行政区划|所在地区", true },
    [PARENT] = { "parent", "上级单位|主管单位", false },
    [CONTACTS] = { "contacts", "contact|联系人", false },
    [VALID_FROM] = { "valid_from", "有效期自|生效日期", false },
    [VALID_TO] = { "valid_to", "有效期至|失效日期", false },
    [RETIRED] = { "retired", "注销|已注销", false },
    { 0 }
};

struct run {
    struct import *import;
    struct known_table *units;
    bool no_memory;
};

static void on_unit(void *ctx, struct matter *m)
{
    struct run *r = ctx;
    bool gone = kind_is_last(m->kind, m->state);
    char region[MATTER_REGION_MAX], name[512];
    memcpy(region, m->region, sizeof region);
    strncpy(name, event_text_of(m->fields, "unit"), sizeof name - 1);
    name[sizeof name - 1] = '\0';
    if (gone)
        matter_free(m);
    else
        r->no_memory |= known_put(r->units, region, name, m) == NULL;
}

static void check_parent(struct run *r, struct cells *c, const char *stream)
{
    const char *name = cells_text(c, PARENT);
    if (*name == '\0' || c->bad)
        return;
    const struct known *parent = known_find_up(r->units, stream, name);
    if (strcmp(name, cells_text(c, UNIT)) == 0)
        cells_bad(c, PARENT, "a unit cannot be its own parent");
    else if (parent == NULL)
        cells_bad(c, PARENT, "\"%.80s\" is registered neither in %s nor above it, nor in a line before this one", name, stream);
    else if (strcmp(parent->state, "registered") != 0)
        cells_bad(c, PARENT, "\"%.80s\" is not valid any more", name);
}

static void check_validity(struct cells *c)
{
    uint64_t from_us = due_at(c->args, "valid_from"), to_us = due_at(c->args, "valid_to");
    if (from_us != 0 && to_us != 0 && to_us <= from_us)
        cells_bad(c, VALID_TO, "it lies before valid_from");
}

static void read_cells(struct cells *c)
{
    cells_word(c, UNIT);
    cells_word(c, CODE);
    cells_sector(c, SECTOR);
    cells_region(c, DISTRICT);
    cells_word(c, PARENT);
    cells_words(c, CONTACTS);
    cells_day(c, VALID_FROM, false);
    cells_day(c, VALID_TO, true);
    cells_flag(c, RETIRED);
    check_validity(c);
    if (*cells_text(c, CODE) != '\0' && !organisation_credit_code(cells_text(c, CODE)))
        cells_bad(c, CODE, "expected a unified social credit code: 18 characters, the last one a check (GB 32100), not \"%.40s\"", cells_text(c, CODE));
}

/* One that has lapsed and is valid longer now is reinstated. */
static const char *command_for(const struct known *k, const json_t *args, uint64_t now_us)
{
    return strcmp(k->state, "lapsed") == 0 && due_at(args, "valid_to") > now_us ? "reinstate" : "change";
}

static int change(struct run *r, struct cells *c, struct known *k, struct fault *f)
{
    json_t *fields = known_fields(k), *args = cells_difference(c, fields);
    struct import_order o = { c->row->line, IMPORT_CHANGED, k->region, "unit", "", k->id, k->version, args };
    json_decref(fields);
    if (args == NULL)
        return import_unchanged(r->import), 0;
    o.command = command_for(k, args, import_now(r->import));
    if (strcmp(o.command, "reinstate") == 0)
        k->state = "registered";
    return import_post(r->import, &o, f);
}

static int retire(struct run *r, const struct cells *c, struct known *k, struct fault *f)
{
    struct import_order o = { c->row->line, IMPORT_RETIRED, k->region, "unit", "retire", k->id, k->version, NULL };
    o.args = json_pack("{s:s}", "note", "a line of an imported file says so; 导入文件注明");
    k->state = "retired";
    return import_post(r->import, &o, f);
}

/* A parent that this file adds in another region has to be there first: between regions there is no order. */
static int wait_for_parent(struct run *r, const struct cells *c, const char *stream, struct fault *f)
{
    const struct known *parent = *cells_text(c, PARENT) != '\0' ? known_find_up(r->units, stream, cells_text(c, PARENT)) : NULL;
    return parent != NULL && parent->line > 0 && strcmp(parent->region, stream) != 0 ? import_flush(r->import, f) : 0;
}

static int apply(struct run *r, struct cells *c, const char *stream, bool retired, struct fault *f)
{
    struct known *k = known_find(r->units, stream, cells_text(c, UNIT));
    bool fresh = k == NULL;
    if (!fresh && k->line > 0)
        return import_bad(r->import, c->row->line, c->row->cells[UNIT].column, "unit: line %u says something of \"%.80s\" already", k->line, k->name), 0;
    if (fresh && retired)
        return import_unchanged(r->import), 0;
    if (fresh && (k = known_put(r->units, stream, cells_text(c, UNIT), NULL)) == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    k->line = c->row->line;
    int rc = wait_for_parent(r, c, stream, f);
    if (rc != 0 || !fresh)
        return rc != 0 ? rc : retired ? retire(r, c, k, f) : change(r, c, k, f);
    return import_post(r->import, &(struct import_order){ c->row->line, IMPORT_NEW, stream, "unit", "register", "", 0, json_incref(c->args) }, f);
}

static int line(void *run, const struct sheet_row *row, struct fault *f)
{
    struct run *r = run;
    char room[7];
    struct cells c;
    int rc = 0;
    cells_begin(&c, r->import, columns, row);
    read_cells(&c);
    bool retired = cells_said(&c, RETIRED);
    json_object_del(c.args, "retired");
    const char *stream = cells_stream(&c, event_text_of(c.args, "district"), room);
    check_parent(r, &c, stream);
    if (!c.bad)
        rc = apply(r, &c, stream, retired, f);
    cells_free(&c);
    return rc;
}

static int units_run(struct import *i, const char *path, struct fault *f)
{
    struct run r = { .import = i, .units = known_new() };
    struct sheet *s = r.units != NULL ? sheet_open(path, columns, f) : NULL;
    int rc = r.units == NULL ? fault_set(f, -ENOMEM, "no memory") : s == NULL ? f->code : import_current(i, "unit", on_unit, &r, f);
    if (rc == 0)
        rc = r.no_memory ? fault_set(f, -ENOMEM, "no memory") : cells_each_line(i, s, line, &r, f);
    sheet_free(s);
    known_free(r.units);
    return rc;
}

const struct importable import_units = {
    "units", "CSV of units: unit,sector,district and, as there are, code,parent,contacts,valid_from,valid_to,retired", units_run
};
