#include "events/kind.h"

#include <string.h>

extern const struct kind kind_incident, kind_warning, kind_notice, kind_report, kind_consultation, kind_indicator, kind_drill, kind_unit,
    kind_asset, kind_suppression;

const struct kind *const kinds[] = {
    &kind_incident, &kind_warning, &kind_notice, &kind_report, &kind_consultation, &kind_indicator, &kind_drill, &kind_unit, &kind_asset,
    &kind_suppression, NULL
};

static const struct { unsigned bit; const char *name, *zh; } roles[] = {
    { BY_ANALYST, "analyst", "分析员" }, { BY_DUTY, "duty_officer", "值班员" }, { BY_SUPERVISOR, "supervisor", "领导" },
    { BY_UNIT, "unit", "单位" }, { BY_REGULATOR, "regulator", "监管" }, { BY_ADMIN, "admin", "管理员" },
    { BY_SYSTEM, "system", "系统" },
};
enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

const char *role_name(unsigned bit)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (roles[i].bit == bit)
            return roles[i].name;
    return "";
}

const char *role_zh(unsigned bit)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (roles[i].bit == bit)
            return roles[i].zh;
    return "";
}

unsigned role_parse(const char *name)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].bit;
    return 0;
}

const struct kind *kind_named(const char *name)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const struct kind *kind_of_id(const char *id)
{
    for (size_t i = 0; kinds[i] != NULL; i++) {
        size_t n = strlen(kinds[i]->prefix);
        if (strncmp(kinds[i]->prefix, id, n) == 0 && id[n] == '-')
            return kinds[i];
    }
    return NULL;
}

int kind_state(const struct kind *k, const char *name)
{
    for (int i = 0; k->states[i].name != NULL; i++)
        if (strcmp(k->states[i].name, name) == 0)
            return i;
    return -1;
}

bool kind_among(const char *list, const char *name)
{
    size_t n = strcspn(name, "|");
    if (name[n] != '\0')
        return false;
    for (const char *at = list; at != NULL && n > 0; at = strchr(at, '|'), at = at != NULL ? at + 1 : NULL)
        if (strncmp(at, name, n) == 0 && (at[n] == '|' || at[n] == '\0'))
            return true;
    return false;
}

bool kind_is_last(const struct kind *k, const char *state)
{
    return kind_among(k->last, state);
}

const struct word *kind_command(const struct kind *k, const char *name)
{
    for (const struct word *w = k->commands; w->name != NULL; w++)
        if (strcmp(w->name, name) == 0)
            return w;
    return NULL;
}

const struct due *kind_due(const struct kind *k, const char *name)
{
    for (const struct due *d = k->dues; d != NULL && d->name != NULL; d++)
        if (strcmp(d->name, name) == 0 || (d->name[strlen(d->name) - 1] == ':' && strncmp(d->name, name, strlen(d->name)) == 0))
            return d;
    return NULL;
}

bool arrow_leaves(const struct kind *k, const struct arrow *a, const char *state)
{
    if (*a->from == '\0' || *state == '\0')
        return *a->from == *state;
    if (*a->from == '*')
        return a->from[1] == '*' || !kind_is_last(k, state);
    return kind_among(a->from, state);
}
