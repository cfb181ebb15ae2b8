/* What tables cannot say of consultations: the tasks, each with its time, and that all are done before it is closed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "correlator/act.h"
#include "events/load.h"

enum { TASKS_MAX = 64, TASK_DUE_MAX = 160 };

static json_t *tasks_of(struct act *a)
{
    json_t *tasks = json_object_get(a->matter->fields, "tasks");
    if (tasks == NULL && act_set(a, "tasks", json_object()))
        tasks = json_object_get(a->matter->fields, "tasks");
    return tasks;
}

static bool task_due(struct act *a, const char *task, uint64_t at_us)
{
    char name[TASK_DUE_MAX];
    snprintf(name, sizeof name, "task:%s", task);
    return act_due(a, name, at_us);
}

static int task(struct act *a)
{
    json_t *tasks = tasks_of(a);
    const char *name = act_text(a, "task");
    if (tasks == NULL)
        return -ENOMEM;
    if (json_object_get(tasks, name) != NULL)
        return refuse(a->why, REFUSED_RULE, "已有同名事项", "there is a task of that name");
    if (json_object_size(tasks) >= TASKS_MAX)
        return refuse(a->why, REFUSED_FULL, "事项不能超过 %d 项", "there are %d tasks already", TASKS_MAX);
    if (act_time(a, "by") <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "期限须在此后", "its time lies in the past");
    json_t *entry = json_pack("{s:s, s:s, s:s}", "who", act_text(a, "who"), "what", act_text(a, "what"), "by", act_text(a, "by"));
    return json_object_set_new(tasks, name, entry) == 0 && task_due(a, name, act_time(a, "by")) ? 0 : -ENOMEM;
}

static int done(struct act *a)
{
    const char *name = act_text(a, "task");
    json_t *entry = json_object_get(json_object_get(a->matter->fields, "tasks"), name);
    if (entry == NULL)
        return refuse(a->why, REFUSED_RULE, "没有该事项", "there is no task of that name");
    if (json_object_get(entry, "done_at") != NULL)
        return refuse(a->why, REFUSED_RULE, "该事项已办结", "that task is done already");
    return due_set(&entry, "done_at", a->command->at_us) && json_object_set_new(entry, "done_by", json_string(a->command->who)) == 0 && task_due(a, name, 0) ? 0 : -ENOMEM;
}

/* The task keeps since when it is supervised, also once it is done. */
static int overdue(struct act *a)
{
    const char *name = act_text(a, "name");
    json_t *entry = json_object_get(json_object_get(a->matter->fields, "tasks"), strncmp(name, "task:", 5) == 0 ? name + 5 : name);
    return entry == NULL || due_set(&entry, "supervised_since", a->command->at_us) ? 0 : -ENOMEM;
}

static int close_all(struct act *a)
{
    const char *name;
    json_t *entry;
    json_object_foreach(json_object_get(a->matter->fields, "tasks"), name, entry)
        if (json_object_get(entry, "done_at") == NULL)
            return refuse(a->why, REFUSED_RULE, "事项“%.60s”尚未办结", "the task \"%.60s\" is not done", name);
    return 0;
}

const struct effect_row consultation_effects[] = {
    { "task", task }, { "done", done }, { "overdue", overdue }, { "close", close_all }, { 0 }
};
