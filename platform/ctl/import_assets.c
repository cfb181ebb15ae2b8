/* `fengsui import assets`: a line an asset, found again by its name and unit in its region. No two have an address together, but that
 * a unit's narrower prefix may lie in a wider one of its own: the longest match counts, here as in the sensors.
 *
 * What overlaps is looked for among what is registered and the good lines before: a bad line takes no address from anybody. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/prefix_tree.h"
#include "ctl/cells.h"
#include "ctl/known.h"
#include "events/load.h"

enum { NAME, UNIT, ADDRESSES, SECTOR, DISTRICT, SYSTEM, MLPS, DATA_GRADE, CII, IMPORTANCE, ROLE, OWNER, RETIRED };

static const struct column columns[] = {
    [NAME] = { "name", "名称|资产|资产名称", true },
    [UNIT] = { "unit", "单位|单位名称|所属单位", true },
    [ADDRESSES] = { "addresses", "prefix|address|ip|地址|IP地址|网段|地址或网段", true },
    [SECTOR] = { "sector", "行业|所属行业", false },
    [DISTRICT] = { "district", "region|区划|区划代码|行政区划|所在地区", false },
    [SYSTEM] = { "system", "信息系统|所属系统|所属信息系统", false },
    [MLPS] = { "mlps_level", "mlps|等保级别|等级保护级别", false },
    [DATA_GRADE] = { "data_grade", "数据级别|数据分级", false },
    [CII] = { "cii", "关基|关键信息基础设施", false },
    [IMPORTANCE] = { "importance", "重要程度", false },
    [ROLE] = { "role", "用途", false },
    [OWNER] = { "owner", "责任人|负责人", false },
    [RETIRED] = { "retired", "注销|已注销", false },
    { 0 }
};

enum { REGIONS_MAX = 4096, KEY_MAX = 320, ADDRESS_MAX = 64 };

struct land { char region[MATTER_REGION_MAX]; struct prefix_tree *tree; };

struct run {
    struct import *import;
    struct known_table *units, *assets;
    struct land lands[REGIONS_MAX];     /* by region: private addresses are everybody's */
    size_t land_count;
    bool no_memory;
};

/* ---- what is registered ---- */

/* An asset's name is its unit's own affair. */
static const char *asset_key(char out[KEY_MAX], const char *unit, const char *name)
{
    snprintf(out, KEY_MAX, "%s\x1f%s", unit, name);
    return out;
}

static struct prefix_tree *tree_of(struct run *r, const char *region)
{
    for (size_t i = 0; i < r->land_count; i++)
        if (strcmp(r->lands[i].region, region) == 0)
            return r->lands[i].tree;
    struct land *l = r->land_count < REGIONS_MAX ? &r->lands[r->land_count] : NULL;
    if (l == NULL || (l->tree = prefix_tree_new()) == NULL)
        return NULL;
    snprintf(l->region, sizeof l->region, "%s", region);
    r->land_count++;
    return l->tree;
}

/* Its addresses are its own, or nobody's. */
static bool hold(struct run *r, struct known *k, const json_t *fields, bool its)
{
    size_t n;
    json_t *item;
    struct prefix p;
    struct prefix_tree *t = tree_of(r, k->region);
    bool ok = t != NULL;
    json_array_foreach(json_object_get(fields, "addresses"), n, item) {
        if (!ok || prefix_parse(json_string_value(item), &p) != 0)
            continue;
        if (its)
            ok = prefix_tree_put(t, &p, k) == 0;
        else if (prefix_tree_get(t, &p) == k)
            prefix_tree_remove(t, &p);
    }
    return ok;
}

static void on_unit(void *ctx, struct matter *m)
{
    struct run *r = ctx;
    char region[MATTER_REGION_MAX], name[KEY_MAX];
    memcpy(region, m->region, sizeof region);
    snprintf(name, sizeof name, "%s", event_text_of(m->fields, "unit"));
    if (kind_is_last(m->kind, m->state))
        matter_free(m);
    else
        r->no_memory |= known_put(r->units, region, name, m) == NULL;
}

static void on_asset(void *ctx, struct matter *m)
{
    struct run *r = ctx;
    char region[MATTER_REGION_MAX], key[KEY_MAX];
    memcpy(region, m->region, sizeof region);
    asset_key(key, event_text_of(m->fields, "unit"), event_text_of(m->fields, "name"));
    if (kind_is_last(m->kind, m->state)) {
        matter_free(m);
        return;
    }
    struct known *k = known_put(r->assets, region, key, m);
    json_t *fields = k != NULL ? known_fields(k) : NULL;
    r->no_memory |= k == NULL || !hold(r, k, fields, true);
    json_decref(fields);
}

/* ---- one line ---- */

static void read_cells(struct cells *c)
{
    cells_word(c, NAME);
    cells_word(c, UNIT);
    cells_words(c, ADDRESSES);
    cells_sector(c, SECTOR);
    cells_region(c, DISTRICT);
    cells_word(c, SYSTEM);
    cells_number(c, MLPS, 1, 5);
    cells_choice(c, DATA_GRADE, "core|important|general", "核心|重要|一般");
    cells_flag(c, CII);
    cells_number(c, IMPORTANCE, 1, 4);
    cells_word(c, ROLE);
    cells_word(c, OWNER);
    cells_flag(c, RETIRED);
}

/* The region is the line's or, when it says none, wherever its unit is. */
static const struct known *unit_of(struct run *r, struct cells *c, const char **stream, char room[7])
{
    const char *name = cells_text(c, UNIT), *district = event_text_of(c->args, "district");
    const struct known *unit = NULL;
    if (c->bad)
        return NULL;
    if (*district != '\0' || *import_region(r->import) != '\0') {
        *stream = cells_stream(c, district, room);
        unit = known_find_up(r->units, *stream, name);
    } else if ((unit = known_find_any(r->units, name)) != NULL) {
        *stream = unit->region;
    }
    if (unit == NULL && *stream != NULL)
        cells_bad(c, UNIT, "\"%.80s\" is registered neither in %s nor above it", name, *stream);
    else if (unit == NULL)
        cells_bad(c, UNIT, "\"%.80s\" is not registered", name);
    return unit;
}

/* An empty sector or district is its unit's. */
static void check_unit(struct run *r, struct cells *c, const struct known *unit)
{
    if (c->bad)
        return;
    json_t *fields = known_fields(unit);
    uint64_t from_us = due_at(fields, "valid_from"), to_us = due_at(fields, "valid_to"), now_us = import_now(r->import);
    if (strcmp(unit->state, "registered") != 0 || from_us > now_us || (to_us != 0 && to_us <= now_us))
        cells_bad(c, UNIT, "\"%.80s\" is not valid now", cells_text(c, UNIT));
    for (int n = SECTOR; n <= DISTRICT && !c->bad; n++) {
        json_t *its = json_object_get(fields, columns[n].name);
        if (c->row->cells[n].text != NULL && json_object_get(c->args, columns[n].name) == NULL && its != NULL)
            json_object_set(c->args, columns[n].name, its);
    }
    json_decref(fields);
}

/* Each address as addr_text() writes it, so that the same one is the same text. */
static void check_addresses(struct cells *c)
{
    json_t *list = json_object_get(c->args, "addresses");
    for (size_t i = 0; i < json_array_size(list) && !c->bad; i++) {
        const char *said = json_string_value(json_array_get(list, i));
        char text[ADDR_TEXT_MAX], whole[ADDRESS_MAX];
        struct prefix p;
        if (prefix_parse(said, &p) != 0) {
            cells_bad(c, ADDRESSES, "expected an address or prefix, not \"%.60s\"", said);
            continue;
        }
        addr_text(&p.addr, text);
        snprintf(whole, sizeof whole, "%s/%u", text, p.bits);
        if (!prefix_is_exact(said, &p))
            cells_bad(c, ADDRESSES, "\"%.60s\" has bits behind its prefix; expected %s", said, whole);
        else
            json_array_set_new(list, i, json_string(p.bits == (p.addr.version == 4 ? 32 : 128) ? text : whole));
    }
    if (json_array_size(list) > KIND_LIST_MAX)
        cells_bad(c, ADDRESSES, "expected at most %d addresses", KIND_LIST_MAX);
}

struct overlap { const struct known *own; const char *unit; const struct known *with; struct prefix where; };

static bool passes(void *ctx, const struct prefix *other, void *value)
{
    struct overlap *o = ctx;
    const struct known *k = value;
    size_t n = strlen(o->unit);
    if (k == o->own || (strncmp(k->name, o->unit, n) == 0 && k->name[n] == '\x1f'))
        return true;
    o->with = k;
    o->where = *other;
    return false;
}

static void say_overlap(struct cells *c, const char *text, const struct overlap *o)
{
    char address[ADDR_TEXT_MAX];
    const char *parted = strchr(o->with->name, '\x1f');
    int unit = (int)(parted - o->with->name);
    addr_text(&o->where.addr, address);
    if (o->with->line > 0)
        cells_bad(c, ADDRESSES, "%.60s overlaps with %s/%u of line %u (%.*s: %.80s)", text, address, o->where.bits, o->with->line,
                  unit < 80 ? unit : 80, o->with->name, parted + 1);
    else
        cells_bad(c, ADDRESSES, "%.60s overlaps with %s/%u, registered as %s (%.*s: %.80s)", text, address, o->where.bits, o->with->id,
                  unit < 80 ? unit : 80, o->with->name, parted + 1);
}

static void check_overlaps(struct run *r, struct cells *c, const char *stream, const struct known *own)
{
    size_t n;
    json_t *item;
    struct prefix p;
    struct prefix_tree *t = !c->bad ? tree_of(r, stream) : NULL;
    json_array_foreach(t != NULL ? json_object_get(c->args, "addresses") : NULL, n, item) {
        struct overlap o = { .own = own, .unit = cells_text(c, UNIT) };
        if (c->bad || prefix_parse(json_string_value(item), &p) != 0)
            continue;
        const struct known *same = prefix_tree_get(t, &p);
        o.with = same != own ? same : NULL;
        o.where = p;
        if (o.with == NULL)
            prefix_tree_overlaps(t, &p, passes, &o);
        if (o.with != NULL)
            say_overlap(c, json_string_value(item), &o);
    }
}

/* ---- what comes of it ---- */

static int change(struct run *r, struct cells *c, struct known *k, struct fault *f)
{
    json_t *fields = known_fields(k), *args = cells_difference(c, fields);
    const struct import_order o = { c->row->line, IMPORT_CHANGED, k->region, "asset", "change", k->id, k->version, args };
    bool ok = json_object_get(args, "addresses") == NULL || (hold(r, k, fields, false) && hold(r, k, c->args, true));
    json_decref(fields);
    if (!ok) {
        json_decref(args);
        return fault_set(f, -ENOMEM, "no memory");
    }
    if (args == NULL)
        return import_unchanged(r->import), 0;
    return import_post(r->import, &o, f);
}

static int retire(struct run *r, const struct cells *c, struct known *k, struct fault *f)
{
    struct import_order o = { c->row->line, IMPORT_RETIRED, k->region, "asset", "retire", k->id, k->version, NULL };
    json_t *fields = known_fields(k);
    hold(r, k, fields, false);
    json_decref(fields);
    o.args = json_pack("{s:s}", "note", "a line of an imported file says so; 导入文件注明");
    return import_post(r->import, &o, f);
}

static int begin(struct run *r, struct cells *c, const char *stream, const char *key, struct fault *f)
{
    struct known *k = known_put(r->assets, stream, key, NULL);
    if (k == NULL || !hold(r, k, c->args, true))
        return fault_set(f, -ENOMEM, "no memory");
    k->line = c->row->line;
    return import_post(r->import, &(struct import_order){ c->row->line, IMPORT_NEW, stream, "asset", "register", "", 0, json_incref(c->args) }, f);
}

static int apply(struct run *r, struct cells *c, const char *stream, bool retired, struct fault *f)
{
    char key[KEY_MAX];
    struct known *k = known_find(r->assets, stream, asset_key(key, cells_text(c, UNIT), cells_text(c, NAME)));
    if (k != NULL && k->line > 0)
        return cells_bad(c, NAME, "line %u says something of \"%.80s\" of this unit already", k->line, cells_text(c, NAME)), 0;
    if (retired && k == NULL)
        return import_unchanged(r->import), 0;
    if (!retired)
        check_overlaps(r, c, stream, k);
    if (c->bad)
        return 0;
    if (k == NULL)
        return begin(r, c, stream, key, f);
    k->line = c->row->line;
    return retired ? retire(r, c, k, f) : change(r, c, k, f);
}

static int line(void *run, const struct sheet_row *row, struct fault *f)
{
    struct run *r = run;
    char room[7];
    const char *stream = NULL;
    struct cells c;
    int rc = 0;
    cells_begin(&c, r->import, columns, row);
    read_cells(&c);
    bool retired = cells_said(&c, RETIRED);
    json_object_del(c.args, "retired");
    const struct known *unit = unit_of(r, &c, &stream, room);
    if (!retired)
        check_unit(r, &c, unit);
    check_addresses(&c);
    if (!c.bad)
        rc = apply(r, &c, stream, retired, f);
    cells_free(&c);
    return rc;
}

static int read_registered(struct run *r, struct fault *f)
{
    int rc = import_current(r->import, "unit", on_unit, r, f);
    if (rc == 0)
        rc = import_current(r->import, "asset", on_asset, r, f);
    return rc == 0 && r->no_memory ? fault_set(f, -ENOMEM, "no memory") : rc;
}

static void run_free(struct run *r)
{
    for (size_t i = 0; i < r->land_count; i++)
        prefix_tree_free(r->lands[i].tree);
    known_free(r->units);
    known_free(r->assets);
    free(r);
}

static int assets_run(struct import *i, const char *path, struct fault *f)
{
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    *r = (struct run){ .import = i, .units = known_new(), .assets = known_new() };
    struct sheet *s = r->units != NULL && r->assets != NULL ? sheet_open(path, columns, f) : NULL;
    int rc = r->units == NULL || r->assets == NULL ? fault_set(f, -ENOMEM, "no memory") : s == NULL ? f->code : read_registered(r, f);
    if (rc == 0)
        rc = cells_each_line(i, s, line, r, f);
    sheet_free(s);
    run_free(r);
    return rc;
}

const struct importable import_assets = {
    "assets", "CSV of assets: name,unit,addresses and, as there are, sector,district,system,mlps_level,data_grade,cii,importance,role,owner,retired",
    assets_run
};
