#include "events/decide.h"

#include <string.h>

#include "events/load.h"

static bool is_known(const struct subject *s, const struct command *c, struct refusal *why)
{
    if (kind_command(s->kind, c->name) != NULL)
        return true;
    refuse(why, REFUSED_COMMAND, "没有“%.40s”这一操作：%s%.0s", "there is no command \"%.40s\" for%.0s %ss", c->name, s->kind->zh, s->kind->name);
    return false;
}

static bool may_role(const struct subject *s, const struct command *c, struct refusal *why)
{
    for (const struct arrow *a = s->kind->arrows; a->command != NULL; a++)
        if ((a->by & c->role) && strcmp(a->command, c->name) == 0)
            return true;
    refuse(why, REFUSED_ROLE, "%s%.0s无权执行“%s”%.0s", "%.0sthe role %s may not%.0s %s", c->role ? role_zh(c->role) : "未知角色",
           c->role ? role_name(c->role) : "that nobody knows", kind_command(s->kind, c->name)->zh, c->name);
    return false;
}

static bool has_unit(const struct subject *s, const char *unit)
{
    for (size_t i = 0; i < s->unit_count; i++)
        if (strcmp(s->units[i], unit) == 0)
            return true;
    return false;
}

static bool in_scope(const struct subject *s, const struct command *c, struct refusal *why)
{
    bool unit_missing = c->role == BY_UNIT && *c->scope.unit == '\0';
    if (c->role == BY_SYSTEM)
        return true;
    if (!unit_missing && scope_covers_region(&c->scope, s->region)
        && (*c->scope.sector == '\0' || strcmp(c->scope.sector, s->sector) == 0)
        && (*c->scope.unit == '\0' || has_unit(s, c->scope.unit)))
        return true;
    refuse(why, REFUSED_SCOPE, "不在您的管辖范围内", "it is outside of what you may act on");
    return false;
}

/* "colour=orange|red": the argument when it is given, else the field. */
static bool holds(const char *when, const struct subject *s, const struct command *c)
{
    char name[40];
    const char *equals = when != NULL ? strchr(when, '=') : NULL;
    if (equals == NULL)
        return true;
    bool inverse = equals > when && equals[-1] == '!';
    size_t n = (size_t)(equals - when) - inverse;
    if (n >= sizeof name)
        return false;
    memcpy(name, when, n);
    name[n] = '\0';
    const json_t *given = json_object_get(c->args, name);
    const char *value = json_string_value(given != NULL ? given : json_object_get(s->fields, name));
    return kind_among(equals + 1, value != NULL ? value : "") != inverse;
}

/* The first whose condition holds; else the first at all, whose arguments then say what is wrong. */
static const struct arrow *arrow_of(const struct subject *s, const struct command *c)
{
    const struct arrow *other = NULL;
    for (const struct arrow *a = s->kind->arrows; a->command != NULL; a++) {
        if (strcmp(a->command, c->name) != 0 || !(a->by & c->role) || !arrow_leaves(s->kind, a, s->state))
            continue;
        if (holds(a->when, s, c))
            return a;
        other = other != NULL ? other : a;
    }
    return other;
}

static void say_state(const struct subject *s, const struct command *c, struct refusal *why)
{
    int state = kind_state(s->kind, s->state);
    refuse(why, REFUSED_STATE, "当前状态“%s”%.0s不能“%s”%.0s", "%.0sit is %s, and then one cannot%.0s %s",
           state >= 0 ? s->kind->states[state].zh : "尚未建立", state >= 0 ? s->state : "not there yet",
           kind_command(s->kind, c->name)->zh, c->name);
}

static bool has_seen(const struct subject *s, const struct arrow *a, const struct command *c, struct refusal *why)
{
    if ((a->flags & ARROW_FREE) || (c->version >= s->decided && c->version <= s->version && c->version > 0))
        return true;
    refuse(why, REFUSED_VERSION, "您看到的是第 %llu 版，第 %llu 版已有新的决定，现为第 %llu 版",
           "you saw version %llu; version %llu was decided since and it is now at %llu", (unsigned long long)c->version,
           (unsigned long long)s->decided, (unsigned long long)s->version);
    return false;
}

static bool is_right_person(const struct subject *s, const struct arrow *a, const struct command *c, struct refusal *why)
{
    if ((a->flags & ARROW_OWNER) && c->role == BY_ANALYST && *s->owner != '\0' && strcmp(s->owner, c->who) != 0) {
        refuse(why, REFUSED_OWNER, "由 %s 负责，其他分析员不能操作", "%.63s owns it, and no other analyst may do this", s->owner);
        return false;
    }
    if ((a->flags & ARROW_SECOND) && (strcmp(s->created_by, c->who) == 0 || strcmp(s->proposed_by, c->who) == 0)) {
        refuse(why, REFUSED_SECOND, "须由第二人复核：拟制人和提出人不能复核", "a second person is needed: neither who wrote it nor who put it forward");
        return false;
    }
    return true;
}

static bool has_arguments(const struct subject *s, const struct arrow *a, const struct command *c, struct refusal *why)
{
    struct fault f;
    if (arguments_check(s->kind, c->name, c->args, a->flags & ARROW_NOTE, &f) != 0) {
        refuse(why, REFUSED_ARGUMENT, "参数有误：%s", "%s", f.why);
        return false;
    }
    if (holds(a->when, s, c))
        return true;
    refuse(why, REFUSED_ARGUMENT, "参数不符合条件 %s", "it needs %s", a->when);
    return false;
}

const struct arrow *decide(const struct subject *s, const struct command *c, struct refusal *why)
{
    if (!is_known(s, c, why) || !may_role(s, c, why) || !in_scope(s, c, why))
        return NULL;
    const struct arrow *a = arrow_of(s, c);
    if (a == NULL)
        return say_state(s, c, why), NULL;
    if (!has_seen(s, a, c, why) || !is_right_person(s, a, c, why) || !has_arguments(s, a, c, why))
        return NULL;
    return a;
}
