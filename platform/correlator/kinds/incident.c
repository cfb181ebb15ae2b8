/* What tables cannot say of incidents: when it became known, whose it is, its level, and merging. */
#include <inttypes.h>
#include <errno.h>
#include <string.h>

#include "correlator/act.h"

/* Who looks first owns it, so that two do not work on one without knowing. */
static int triage(struct act *a)
{
    return *a->incident->incident.owner != '\0' || case_set_owner(a->incident, a->command->who) ? 0 : -ENOMEM;
}

static int grade_as(struct act *a)
{
    uint64_t level = act_number(a, "level");
    const char *whose = act_text(a, "operator");
    if (level != 0) {
        a->incident->incident.level = (enum incident_level)level;
        a->incident->incident.graded = true;
    }
    return *whose == '\0' || clocks_set_operator(&a->incident->incident, whose) ? 0 : -ENOMEM;
}

/* Statutory clocks begin at aware_at: it may be earlier than the decision, never later, and never before anything happened.
 * One that is confirmed again keeps its first, unless another is given. */
static int confirm(struct act *a)
{
    struct incident *i = &a->incident->incident;
    uint64_t given = act_time(a, "aware_at"), at_us = a->command->at_us;
    if (given > at_us)
        return refuse(a->why, REFUSED_TIME, "知悉时间不能在将来", "aware_at cannot lie in the future");
    if (given != 0 && given < i->first_us)
        return refuse(a->why, REFUSED_TIME, "知悉时间不能早于首次告警", "aware_at cannot lie before the first alert");
    if (given != 0)
        i->aware_at_us = given;
    else if (i->aware_at_us == 0)
        i->aware_at_us = at_us > i->first_us ? at_us : i->first_us;
    return grade_as(a);
}

static int grade(struct act *a)
{
    if (act_number(a, "level") == 0 && *act_text(a, "operator") == '\0')
        return refuse(a->why, REFUSED_ARGUMENT, "须给出级别或责任主体", "it needs `level` or `operator`");
    return grade_as(a);
}

static int report(struct act *a)
{
    const struct deed by = deed_of(a->command);
    uint64_t at_us = act_time(a, "at");
    return clocks_report(&a->incident->incident, act_text(a, "clock"), &by, at_us != 0 ? at_us : by.at_us, act_text(a, "reference"), a->why);
}

static int assign(struct act *a)
{
    return case_set_owner(a->incident, act_text(a, "owner")) ? 0 : -ENOMEM;
}

static int may_merge(struct act *a, const struct incident_case *part)
{
    const struct incident *i = &a->incident->incident;
    if (part == NULL)
        return refuse(a->why, REFUSED_SUBJECT, "本区域没有 %s", "%s is not in this region, or only in the archive", act_text(a, "part"));
    if (part == a->incident)
        return refuse(a->why, REFUSED_RULE, "不能并入自身", "it cannot be merged with itself");
    if (case_is_over(part))
        return refuse(a->why, REFUSED_RULE, "%s 已经结束，请先重新打开", "%s is over: reopen it first", part->incident.id);
    if (strcmp(part->incident.status, i->status) != 0)
        return refuse(a->why, REFUSED_RULE, "演练与实际事件不能合并", "an exercise and what is actual do not mix");
    return 0;
}

/* The graver level, the earlier awareness and the reason stay with the whole; the part keeps its own record. */
static int merge(struct act *a)
{
    struct incident_case *part = act_incident(a, act_text(a, "part"));
    struct incident *whole = &a->incident->incident;
    char en[REASON_MAX], zh[REASON_MAX];
    int rc = may_merge(a, part);
    if (rc != 0)
        return rc;
    struct incident *p = &part->incident;
    struct text t_en = text_over(en, sizeof en), t_zh = text_over(zh, sizeof zh);
    text_fmt(&t_en, "%s merged %s into it: ", a->command->who, p->id);
    text_fmt(&t_zh, "%s 将 %s 并入：", a->command->who, p->id);
    text_clip(&t_en, command_note(a->command), sizeof en - t_en.len - 1);
    text_clip(&t_zh, command_note(a->command), sizeof zh - t_zh.len - 1);
    struct incident_join why = { a->command->at_us, text_end(&t_en), text_end(&t_zh) };
    if (p->level < whole->level)
        whole->level = p->level;
    if (p->aware_at_us != 0 && (whole->aware_at_us == 0 || p->aware_at_us < whole->aware_at_us))
        whole->aware_at_us = p->aware_at_us;
    if (!correlator_join(a->correlator, a->incident, part, &why) || clocks_follow(act_clocks(a), p, a->command->at_us) < 0)
        return -ENOMEM;
    p->decided = correlator_next_version(a->correlator, p->version, p->first_us);
    act_publish(a, part);
    return 0;
}

const struct effect_row incident_effects[] = {
    { "triage", triage }, { "confirm", confirm }, { "grade", grade }, { "assign", assign }, { "merge", merge },
    { "report", report }, { 0 }
};
