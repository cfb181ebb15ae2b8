#include "correlator/register_rules.h"

#include <errno.h>
#include <stdio.h>

#include "events/load.h"

static int clear_one(struct act *a, const char *name, const char *may)
{
    if (!kind_among(may, name))
        return refuse(a->why, REFUSED_ARGUMENT, "“%.40s”不能清空", "clear: %.40s cannot be empty", name);
    json_object_del(a->matter->fields, name);
    return 0;
}

int register_clear(struct act *a, const char *may)
{
    size_t n;
    json_t *name;
    int rc = 0;
    json_array_foreach(json_object_get(a->command->args, "clear"), n, name)
        rc = rc == 0 ? clear_one(a, json_string_value(name), may) : rc;
    return rc;
}

/* A code's pairs of zeros at the end stand for all below it (events/command.h). A stream's name that is no code says nothing. */
static bool lies_in(const char *district, const char *region)
{
    const struct scope here = { region, "", "" };
    char county[MATTER_REGION_MAX];
    snprintf(county, sizeof county, "%.6s", district);
    return region[strspn(region, "0123456789")] != '\0' || scope_covers_region(&here, county);
}

int register_words(struct act *a)
{
    const struct organisation *o = act_organisation(a);
    const char *sector = event_text_of(a->matter->fields, "sector"), *district = event_text_of(a->matter->fields, "district");
    if (*sector != '\0' && organisation_has_sectors(o) && organisation_sector(o, sector) == NULL)
        return refuse(a->why, REFUSED_ARGUMENT, "没有“%.60s”这一行业", "sector: there is no \"%.60s\" in the list of sectors", sector);
    if (*district != '\0' && organisation_has_regions(o) && organisation_region(o, district) == NULL)
        return refuse(a->why, REFUSED_ARGUMENT, "没有区划 %.16s", "district: there is no %.16s in the list of regions", district);
    if (*district != '\0' && !lies_in(district, a->region))
        return refuse(a->why, REFUSED_ARGUMENT, "区划 %.16s 不在 %s 内", "district: %.16s is not in %s", district, a->region);
    return 0;
}
