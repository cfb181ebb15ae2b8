/* What tables cannot say of assets: the unit is there, no address is anybody else's, and what is not said is the unit's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "correlator/act.h"
#include "correlator/registry.h"
#include "correlator/register_rules.h"
#include "events/load.h"

static const char *field(const struct act *a, const char *name)
{
    return event_text_of(a->matter->fields, name);
}

static int name_is_free(struct act *a)
{
    const struct registered *other = registry_asset(act_registry(a), a->region, field(a, "unit"), field(a, "name"));
    if (other == NULL || strcmp(other->id, a->matter->id) == 0)
        return 0;
    return refuse(a->why, REFUSED_RULE, "该单位已有同名资产 %s", "%s of that unit has that name already", other->id);
}

/* Only when the unit is named: one that has lapsed since keeps what it has. */
static int unit_is_there(struct act *a, const struct registered **unit)
{
    *unit = registry_unit(act_registry(a), a->region, field(a, "unit"));
    if (*act_text(a, "unit") == '\0')
        return 0;
    if (*unit == NULL)
        return refuse(a->why, REFUSED_RULE, "单位“%.80s”未登记", "the unit \"%.80s\" is not registered here or above", field(a, "unit"));
    if (!registered_is_valid(*unit, a->command->at_us))
        return refuse(a->why, REFUSED_RULE, "单位“%.80s”不在有效期内", "the unit \"%.80s\" is not valid now", field(a, "unit"));
    return 0;
}

static int take_from_unit(struct act *a, const struct registered *unit)
{
    if (unit == NULL)
        return 0;
    if (*field(a, "sector") == '\0' && *unit->asset.sector != '\0' && !act_set(a, "sector", json_string(unit->asset.sector)))
        return -ENOMEM;
    if (*field(a, "district") == '\0' && *unit->asset.region != '\0' && !act_set(a, "district", json_string(unit->asset.region)))
        return -ENOMEM;
    return 0;
}

static int address_is_free(struct act *a, const char *text)
{
    struct prefix p, where;
    char address[ADDR_TEXT_MAX];
    if (prefix_parse(text, &p) != 0 || !prefix_is_exact(text, &p))
        return refuse(a->why, REFUSED_ARGUMENT, "地址“%.64s”有误：网段的主机位须为零", "addresses: \"%.64s\" has bits behind its prefix", text);
    const struct registered *other = registry_conflict(act_registry(a), a->region, &p, field(a, "unit"), a->matter->id, &where);
    if (other == NULL)
        return 0;
    addr_text(&where.addr, address);
    return refuse(a->why, REFUSED_RULE, "%.64s 与 %.48s 的 %s/%u 重叠", "%.64s overlaps with %.48s, which has %s/%u", text, other->id, address, where.bits);
}

static int addresses_are_free(struct act *a)
{
    size_t n;
    json_t *item;
    int rc = 0;
    json_array_foreach(json_object_get(a->matter->fields, "addresses"), n, item)
        rc = rc == 0 ? address_is_free(a, json_string_value(item)) : rc;
    return rc;
}

static int written(struct act *a)
{
    const struct registered *unit = NULL;
    int rc = register_clear(a, "sector|district|system|mlps_level|data_grade|cii|importance|role|owner");
    if (rc == 0)
        rc = unit_is_there(a, &unit);
    if (rc == 0)
        rc = name_is_free(a);
    if (rc == 0)
        rc = addresses_are_free(a);
    if (rc == 0)
        rc = take_from_unit(a, unit);
    return rc == 0 ? register_words(a) : rc;
}

const struct effect_row asset_effects[] = { { "register", written }, { "change", written }, { 0 } };
