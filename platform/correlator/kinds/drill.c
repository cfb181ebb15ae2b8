/* What tables cannot say of drills: the injects, each with what was planned and what came of it; and that the score on record
 * is of this drill, of a time after it, and put there by somebody who did not lead it. */
#include <errno.h>
#include <string.h>

#include "correlator/act.h"
#include "events/drill.h"
#include "events/load.h"
#include "events/tactic.h"

static int times(struct act *a)
{
    uint64_t begins_us = due_at(a->matter->fields, "begins_at"), ends_us = due_at(a->matter->fields, "ends_at");
    if (ends_us <= begins_us)
        return refuse(a->why, REFUSED_TIME, "结束时间须晚于开始时间", "ends_at must lie after begins_at");
    if (ends_us <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "结束时间须在此后", "ends_at lies in the past");
    return 0;
}

/* A drill is an exercise, whatever its plan says; who begins it leads it unless another is named. */
static int plan(struct act *a)
{
    int rc = times(a);
    if (rc != 0)
        return rc;
    strcpy(a->matter->status, "exercise");
    if (*event_text_of(a->matter->fields, "owner") == '\0' && !act_set(a, "owner", json_string(a->command->who)))
        return -ENOMEM;
    if (json_object_get(a->matter->fields, "regions") == NULL && !act_set(a, "regions", json_pack("[s]", a->region)))
        return -ENOMEM;
    return act_set(a, "injects", json_object()) ? 0 : -ENOMEM;
}

/* ---- injects ---- */

static json_t *injects_of(const struct act *a)
{
    return json_object_get(a->matter->fields, "injects");
}

/* The one that the command names, or NULL with the refusal. */
static json_t *named(struct act *a)
{
    json_t *entry = json_object_get(injects_of(a), act_text(a, "inject"));
    if (entry == NULL)
        refuse(a->why, REFUSED_RULE, "计划中没有该注入", "the plan has no such inject");
    return entry;
}

static int may_inject(struct act *a)
{
    uint64_t at_us = act_time(a, "planned_at");
    const char *name = act_text(a, "inject"), *stage = act_text(a, "stage");
    if (!drill_inject_fits(name))
        return refuse(a->why, REFUSED_ARGUMENT, "注入编号须为 1 至 24 个字母、数字或 .-_，以字母或数字开头",
                      "`inject`: expected 1 to 24 letters, digits or .-_, a letter or digit first");
    if (json_object_get(injects_of(a), name) != NULL)
        return refuse(a->why, REFUSED_RULE, "已有同名注入", "there is an inject of that name");
    if (json_object_size(injects_of(a)) >= DRILL_INJECTS_MAX)
        return refuse(a->why, REFUSED_FULL, "注入不能超过 %d 项", "there are %d injects already", DRILL_INJECTS_MAX);
    if (*stage != '\0' && tactic_of(stage) == NULL)
        return refuse(a->why, REFUSED_ARGUMENT, "没有 %.20s 这一 ATT&CK 战术", "`stage`: ATT&CK has no tactic %.20s", stage);
    if (at_us < due_at(a->matter->fields, "begins_at") || at_us > due_at(a->matter->fields, "ends_at"))
        return refuse(a->why, REFUSED_TIME, "计划时间不在演练期间", "planned_at lies outside of the drill");
    return 0;
}

static int inject(struct act *a)
{
    int rc = may_inject(a);
    if (rc != 0)
        return rc;
    json_t *entry = json_deep_copy(a->command->args);
    json_object_del(entry, "inject");
    json_object_del(entry, "note");
    return json_object_set_new(injects_of(a), act_text(a, "inject"), entry) == 0 ? 0 : -ENOMEM;
}

static int drop(struct act *a)
{
    if (named(a) == NULL)
        return -EPERM;
    return json_object_del(injects_of(a), act_text(a, "inject")) == 0 ? 0 : -ENOMEM;
}

static int start(struct act *a)
{
    if (json_object_size(injects_of(a)) == 0)
        return refuse(a->why, REFUSED_RULE, "计划中还没有注入", "the plan has no inject yet");
    return due_set(&a->matter->fields, "started_at", a->command->at_us) ? 0 : -ENOMEM;
}

/* Of a capture the time in it is needed as well: alerts bear the packets' time, people act by the clock. */
static int injected(struct act *a)
{
    json_t *entry = named(a);
    uint64_t given = act_time(a, "at"), capture_us = act_time(a, "capture_at"), at_us = given != 0 ? given : a->command->at_us;
    if (entry == NULL)
        return -EPERM;
    if (json_object_get(entry, "injected_at") != NULL)
        return refuse(a->why, REFUSED_RULE, "该注入已实施", "it was carried out already");
    if (at_us > a->command->at_us || at_us < due_at(a->matter->fields, "started_at"))
        return refuse(a->why, REFUSED_TIME, "实施时间不能在将来，也不能早于演练开始", "it cannot have been in the future, nor before the drill began");
    bool ok = due_set(&entry, "injected_at", at_us) && json_object_set_new(entry, "injected_by", json_string(a->command->who)) == 0
              && (capture_us == 0 || due_set(&entry, "capture_at", capture_us));
    return ok ? 0 : -ENOMEM;
}

static int outcome(struct act *a)
{
    json_t *entry = named(a);
    if (entry == NULL)
        return -EPERM;
    if (json_object_get(entry, "injected_at") == NULL)
        return refuse(a->why, REFUSED_RULE, "该注入尚未实施", "it was not carried out yet");
    bool ok = json_object_set_new(entry, "outcome", json_string(act_text(a, "outcome"))) == 0
              && json_object_set_new(entry, "outcome_by", json_string(a->command->who)) == 0;
    return ok ? 0 : -ENOMEM;
}

static int stop(struct act *a)
{
    return due_set(&a->matter->fields, "stopped_at", a->command->at_us) ? 0 : -ENOMEM;
}

/* ---- the score ---- */

static int may_evaluate(struct act *a, const json_t *score)
{
    uint64_t as_of_us = due_at(score, "as_of");
    if (strcmp(event_text_of(a->matter->fields, "owner"), a->command->who) == 0)
        return refuse(a->why, REFUSED_SECOND, "须由第二人评估：负责人不能评估", "a second person is needed: not who leads it");
    if (strcmp(event_text_of(score, "drill"), a->matter->id) != 0)
        return refuse(a->why, REFUSED_ARGUMENT, "评分不是本次演练的", "`score`: it is not this drill's");
    if (!json_is_array(json_object_get(score, "abilities")) || !json_is_array(json_object_get(score, "measures"))
        || json_array_size(json_object_get(score, "injects")) != json_object_size(injects_of(a)))
        return refuse(a->why, REFUSED_ARGUMENT, "评分不完整：请用 fengsui drill score --json 生成",
                      "`score`: expected what fengsui drill score --json gives, with every inject");
    if (as_of_us < due_at(a->matter->fields, "stopped_at") || as_of_us > a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "评分的截至时间须在演练结束之后，且不在将来", "`score`: as_of must lie after the drill was stopped and not in the future");
    return 0;
}

/* The digest is made here, so nobody can put one on record that is another score's. */
static int evaluate(struct act *a)
{
    char digest[DRILL_DIGEST_MAX];
    const json_t *score = json_object_get(a->matter->fields, "score");
    int rc = may_evaluate(a, score);
    if (rc != 0)
        return rc;
    return drill_score_digest(score, digest) && act_set(a, "score_sm3", json_string(digest)) ? 0 : -ENOMEM;
}

const struct effect_row drill_effects[] = {
    { "plan", plan }, { "revise", times }, { "inject", inject }, { "drop", drop }, { "start", start }, { "injected", injected },
    { "outcome", outcome }, { "stop", stop }, { "evaluate", evaluate }, { 0 }
};
