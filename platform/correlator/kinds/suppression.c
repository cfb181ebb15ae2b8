/* What tables cannot say of suppressions: that something must narrow them, that they end, and from when they are in force. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "correlator/act.h"
#include "correlator/registry.h"
#include "correlator/suppress.h"
#include "events/load.h"

enum { DAY_S = 86400, RULE_MAX = 24 };

static int check_end(struct act *a, uint64_t until_us)
{
    uint64_t most_us = act_suppress_longest(a);
    if (until_us <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "有效期须在此后", "expires lies in the past");
    if (until_us - a->command->at_us > most_us)
        return refuse(a->why, REFUSED_TIME, "有效期最长 %" PRIu64 " 秒（约 %" PRIu64 " 天）", "expires lies more than %" PRIu64 " s (about %" PRIu64 " days) ahead",
                      most_us / 1000000, most_us / 1000000 / DAY_S);
    return 0;
}

/* Of the next version, whose fields are what the command made of them. */
static uint64_t end_of(const struct act *a)
{
    return due_at(a->matter->fields, "expires");
}

static int write_down(struct act *a)
{
    char rule[RULE_MAX];
    struct fault f;
    struct suppress_scope scope;
    if (suppress_scope_read(a->matter->fields, &scope, &f) != 0)
        return refuse(a->why, REFUSED_ARGUMENT, "抑制范围有误：%s", "%s", f.why);
    snprintf(rule, sizeof rule, "%" PRIu32 ":%" PRIu32, scope.gid, scope.sid);
    if ((scope.sid != 0 && !act_set(a, "rule", json_string(rule)))
        || (*event_text_of(a->matter->fields, "owner") == '\0' && !act_set(a, "owner", json_string(a->command->who)))
        || (*event_text_of(a->matter->fields, "reach") == '\0' && !act_set(a, "reach", json_string("ordinary"))))
        return -ENOMEM;
    return check_end(a, end_of(a));
}

/* An end that the scope names alone, as it is registered. */
static void registered_end(const struct act *a, const struct prefix *p, struct asset *out)
{
    char text[ADDR_TEXT_MAX];
    if (p->addr.version == 0 || p->bits < (p->addr.version == 4 ? 32 : 128))
        return;
    addr_text(&p->addr, text);
    registry_tell(act_registry(a), a->region, text, out);
}

/* An ordinary one that names nothing but what it may not hide would help nobody. */
static int check_reach(struct act *a)
{
    struct fault f;
    struct suppress_scope scope;
    struct asset ends[2] = { { .name = "", .unit = "", .sector = "", .region = "", .role = "" }, { .name = "", .unit = "", .sector = "", .region = "", .role = "" } };
    if (strcmp(event_text_of(a->matter->fields, "reach"), "grave") == 0 || suppress_scope_read(a->matter->fields, &scope, &f) != 0)
        return 0;
    const struct registered *named = *scope.asset != '\0' ? registry_asset(act_registry(a), a->region, scope.unit, scope.asset) : NULL;
    registered_end(a, &scope.source, &ends[0]);
    registered_end(a, &scope.destination, &ends[1]);
    if ((named != NULL && suppress_is_high(&named->asset)) || suppress_is_high(&ends[0]) || suppress_is_high(&ends[1]))
        return refuse(a->why, REFUSED_RULE, "对象为等保四级以上、关键信息基础设施或最重要资产：须 reach=grave 并由第二人复核",
                      "it is about an asset of the highest importance as registered: that takes reach=grave and a second person");
    return 0;
}

/* Put forward or brought into force: what cannot be in force is refused before a second person has to look at it. */
static int bring_in(struct act *a, bool now)
{
    char when[CLOCK_TEXT_MAX];
    int rc = check_end(a, end_of(a));
    if (rc == 0)
        rc = check_reach(a);
    if (rc != 0)
        return rc;
    if (!suppress_has_room(act_suppress(a), a->matter))
        return refuse(a->why, REFUSED_FULL, "抑制范围的形式已达 %d 种，请采用已有的形式", "%d forms of scope are in use: take one of these", SUPPRESS_SHAPES_MAX);
    clock_text(a->command->at_us, when);
    return !now || act_set(a, "active_from", json_string(when)) ? 0 : -ENOMEM;
}

static int activate(struct act *a)
{
    return bring_in(a, kind_among("active", a->matter->state));
}

static int approve(struct act *a)
{
    return kind_among("pending", a->before->state) ? bring_in(a, true) : check_end(a, end_of(a));
}

static int renew(struct act *a)
{
    return check_end(a, act_time(a, "expires"));
}

const struct effect_row suppression_effects[] = {
    { "propose", write_down }, { "revise", write_down }, { "activate", activate }, { "approve", approve }, { "renew", renew }, { 0 }
};
