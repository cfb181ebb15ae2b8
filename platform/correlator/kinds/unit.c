/* What tables cannot say of units: nobody else has the name, the parent is there, and one that still has assets stays. */
#include <errno.h>
#include <string.h>

#include "correlator/act.h"
#include "correlator/registry.h"
#include "correlator/register_rules.h"
#include "events/load.h"

static int name_is_free(struct act *a)
{
    const struct registered *other = registry_unit(act_registry(a), a->region, act_text(a, "unit"));
    if (other == NULL || strcmp(other->region, a->region) != 0)
        return 0;
    return refuse(a->why, REFUSED_RULE, "已有同名单位 %s", "%s has that name already", other->id);
}

static int code_is_one(struct act *a)
{
    const char *code = act_text(a, "code");
    if (*code == '\0' || organisation_credit_code(code))
        return 0;
    return refuse(a->why, REFUSED_ARGUMENT, "统一社会信用代码校验不符", "code: it is no unified social credit code (GB 32100)");
}

/* Up to the top, so that nobody is above itself; what is deeper than this is no organisation. */
enum { DEPTH_MAX = 16 };

static int parent_is_there(struct act *a)
{
    const char *name = event_text_of(a->matter->fields, "parent"), *own = event_text_of(a->matter->fields, "unit");
    const struct registered *parent = *name != '\0' ? registry_unit(act_registry(a), a->region, name) : NULL;
    if (*name == '\0')
        return 0;
    if (parent == NULL)
        return refuse(a->why, REFUSED_RULE, "上级单位“%.80s”未登记", "the parent \"%.80s\" is not registered here or above", name);
    for (int depth = 0; parent != NULL && depth < DEPTH_MAX; depth++) {
        if (strcmp(parent->id, a->matter->id) == 0 || (strcmp(parent->region, a->region) == 0 && strcmp(parent->asset.unit, own) == 0))
            return refuse(a->why, REFUSED_RULE, "单位不能是自身的上级", "a unit cannot be above itself");
        parent = *parent->parent != '\0' ? registry_unit(act_registry(a), parent->region, parent->parent) : NULL;
    }
    return 0;
}

static int validity_is_one(struct act *a)
{
    uint64_t from_us = due_at(a->matter->fields, "valid_from"), to_us = due_at(a->matter->fields, "valid_to");
    if (from_us == 0 || to_us == 0 || from_us < to_us)
        return 0;
    return refuse(a->why, REFUSED_TIME, "有效期止须晚于有效期起", "valid_to must lie behind valid_from");
}

static int written(struct act *a)
{
    int rc = register_clear(a, "code|parent|contacts|valid_from|valid_to");
    if (rc == 0)
        rc = code_is_one(a);
    if (rc == 0)
        rc = parent_is_there(a);
    if (rc == 0)
        rc = validity_is_one(a);
    return rc == 0 ? register_words(a) : rc;
}

static int enter(struct act *a)
{
    int rc = name_is_free(a);
    return rc == 0 ? written(a) : rc;
}

static int reinstate(struct act *a)
{
    if (act_time(a, "valid_to") <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "有效期止须在此后", "valid_to lies in the past");
    return written(a);
}

static int retire(struct act *a)
{
    const struct registry *r = act_registry(a);
    const struct registered *unit = registry_unit(r, a->region, event_text_of(a->matter->fields, "unit"));
    size_t assets = unit != NULL ? registry_assets_of(r, unit) : 0;
    if (assets > 0)
        return refuse(a->why, REFUSED_RULE, "该单位尚有 %zu 个在册资产", "%zu assets of it are registered: retire or move them first", assets);
    return 0;
}

const struct effect_row unit_effects[] = {
    { "register", enter }, { "change", written }, { "reinstate", reinstate }, { "retire", retire }, { 0 }
};
