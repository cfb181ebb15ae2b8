/* What tables cannot say of warnings: the colour that the matrix gives, and that raising goes up and lowering goes down. */
#include <errno.h>
#include <string.h>

#include "correlator/act.h"
#include "events/load.h"

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Importance and severity as said; what is not said comes from the incidents that it rests on, the gravest of them. */
static void measure(struct act *a, unsigned *importance, unsigned *severity)
{
    unsigned from_asset = MATRIX_SIDE + 1, from_level = MATRIX_SIDE + 1;
    const json_t *fields = a->matter->fields;
    size_t i;
    json_t *id;
    json_array_foreach(json_object_get(fields, "incidents"), i, id) {
        const struct incident_case *k = act_incident(a, json_string_value(id));
        if (k == NULL)
            continue;
        from_asset = least(from_asset, matrix_importance(act_matrix(a), k->incident.score_asset));
        from_level = least(from_level, k->incident.level);
    }
    *importance = (unsigned)event_number_of(fields, "importance", MATRIX_SIDE);
    *severity = (unsigned)event_number_of(fields, "severity", MATRIX_SIDE);
    *importance = *importance != 0 ? *importance : from_asset;
    *severity = *severity != 0 ? *severity : from_level;
}

static int valid_later(struct act *a)
{
    uint64_t until_us = act_time(a, "valid_until");
    if (until_us != 0 && until_us <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "有效期须在此后", "valid_until lies in the past");
    return 0;
}

/* The matrix' colour, and beside it the one that somebody gave with a reason. */
static int compose(struct act *a)
{
    unsigned importance, severity;
    const char *given = act_text(a, "colour");
    measure(a, &importance, &severity);
    if (importance > MATRIX_SIDE || severity > MATRIX_SIDE)
        return refuse(a->why, REFUSED_ARGUMENT, "须给出重要程度和危害程度，或本区域在办事件",
                      "it needs `importance` and `severity`, or incidents that are open here");
    const char *by_matrix = colour_name(act_matrix(a)->colour[importance - 1][severity - 1]);
    if (*given != '\0' && strcmp(given, by_matrix) != 0 && *command_note(a->command) == '\0')
        return refuse(a->why, REFUSED_ARGUMENT, "矩阵给出 %s：另定颜色须说明理由", "the matrix gives %s: another colour needs a note", by_matrix);
    if (!act_set(a, "importance", json_integer(importance)) || !act_set(a, "severity", json_integer(severity))
        || !act_set(a, "colour_by_matrix", json_string(by_matrix)) || !act_set(a, "colour", json_string(*given != '\0' ? given : by_matrix)))
        return -ENOMEM;
    return valid_later(a);
}

static int direction(struct act *a, bool up)
{
    const char *now = event_text_of(a->before->fields, "colour"), *then = act_text(a, "colour");
    if (up ? colour_parse(then) > colour_parse(now) : colour_parse(then) < colour_parse(now))
        return 0;
    if (up)
        return refuse(a->why, REFUSED_RULE, "%s 不高于当前的 %s", "%s is not above %s", then, now);
    return refuse(a->why, REFUSED_RULE, "%s 不低于当前的 %s", "%s is not below %s", then, now);
}

static int raise_colour(struct act *a)
{
    return direction(a, true);
}

static int lower_colour(struct act *a)
{
    return direction(a, false);
}

const struct effect_row warning_effects[] = {
    { "draft", compose }, { "revise", compose }, { "raise", raise_colour }, { "lower", lower_colour }, { "extend", valid_later }, { 0 }
};
