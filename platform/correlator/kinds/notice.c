/* What tables cannot say of notices: deadlines in their order, and supervision (督办), which stays on record. */
#include <errno.h>
#include <string.h>

#include "common/clock.h"
#include "correlator/act.h"
#include "events/load.h"

static int deadlines(struct act *a)
{
    uint64_t sign_us = due_at(a->matter->fields, "sign_by"), feedback_us = due_at(a->matter->fields, "feedback_by");
    uint64_t given[2] = { act_time(a, "sign_by"), act_time(a, "feedback_by") };
    for (int i = 0; i < 2; i++)
        if (given[i] != 0 && given[i] <= a->command->at_us)
            return refuse(a->why, REFUSED_TIME, "期限须在此后", "a deadline lies in the past");
    if (feedback_us < sign_us)
        return refuse(a->why, REFUSED_TIME, "反馈期限早于签收期限", "feedback_by lies before sign_by");
    return 0;
}

/* A draft that waited for too long would reach the unit overdue. */
static int still_possible(struct act *a)
{
    if (due_at(a->matter->fields, "sign_by") <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "签收期限已过：请退回修改", "sign_by has passed: reject and revise it");
    return 0;
}

static int supervise(struct act *a)
{
    char when[CLOCK_TEXT_MAX];
    const char *name = act_text(a, "name");
    clock_text(a->command->at_us, when);
    return act_set(a, "supervision", json_pack("{s:s, s:s, s:s}", "since", when, "by", a->command->who, "because",
                                               *name != '\0' ? name : command_note(a->command)))
               ? 0 : -ENOMEM;
}

const struct effect_row notice_effects[] = {
    { "draft", deadlines }, { "revise", deadlines }, { "extend", deadlines }, { "return", deadlines }, { "issue", still_possible },
    { "overdue", supervise }, { "supervise", supervise }, { 0 }
};
