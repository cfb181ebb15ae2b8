/* consultation 会商: several units put their heads together about incidents or warnings; what they think, what they resolve, and what
 * each has to do by when. What is not done in time comes under supervision (督办), which stays on record. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY | BY_SUPERVISOR, OFFICERS = BY_DUTY | BY_SUPERVISOR };

static const struct word states[] = {
    { "called", "已召集", "time and participants are set" },
    { "held", "会商中", "opinions are given" },
    { "concluded", "已形成结论", "what was resolved is being done" },
    { "closed", "已办结", "everything is done" },
    { "cancelled", "已取消", "it did not take place" },
    { 0 }
};

static const struct word commands[] = {
    { "call", "召集", "call one" },
    { "revise", "修改", "another time, other participants" },
    { "hold", "开始会商", "it takes place" },
    { "opinion", "发表意见", "what one participant thinks" },
    { "conclude", "形成结论", "what was resolved" },
    { "task", "交办", "somebody has to do something by a time" },
    { "done", "办结事项", "a task is done" },
    { "close", "办结", "everything is done" },
    { "cancel", "取消", "it does not take place" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "reveal", "调阅明文", "see it unmasked; who and why stay on record" },
    { "overdue", "超时", "a task was not done in time: under supervision" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",               "call",     OFFICERS, "called",    ARROW_FREE, NULL },
    { "called",         "revise",   OFFICERS, "=",         0, NULL },
    { "called",         "hold",     OFFICERS, "held",      0, NULL },
    { "held",           "opinion",  STAFF,    "=",         ARROW_FREE, NULL },
    { "held",           "conclude", OFFICERS, "concluded", 0, NULL },
    { "held|concluded", "task",     OFFICERS, "=",         ARROW_FREE, NULL },
    { "held|concluded", "done",     STAFF,    "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { "concluded",      "close",    OFFICERS, "closed",    0, NULL },
    { "called|held",    "cancel",   OFFICERS, "cancelled", ARROW_NOTE, NULL },
    { "**",             "link",     STAFF,    "=",         0, NULL },
    { "**",             "comment",  STAFF,    "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { "**",             "reveal",   OFFICERS, "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { "held|concluded", "overdue",  BY_SYSTEM, "=",        ARROW_FREE, NULL },
    { 0 }
};

static const struct argument arguments[] = {
    { "call", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "议题", "what it is about" },
    { "call", "about", ARGUMENT_IDS, ARGUMENT_NEEDED, NULL, 0, 0, "相关事件、预警", "incidents, warnings and others that it is about" },
    { "call", "participants", ARGUMENT_WORDS, ARGUMENT_NEEDED, NULL, 0, 0, "参加单位和人员", "units and people who take part" },
    { "call", "held_at", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "会商时间", "when it takes place" },
    { "revise", "title", ARGUMENT_WORD, 0, NULL, 0, 0, "议题", "what it is about" },
    { "revise", "about", ARGUMENT_IDS, 0, NULL, 0, 0, "相关事件、预警", "incidents, warnings and others that it is about" },
    { "revise", "participants", ARGUMENT_WORDS, 0, NULL, 0, 0, "参加单位和人员", "units and people who take part" },
    { "revise", "held_at", ARGUMENT_TIME, 0, NULL, 0, 0, "会商时间", "when it takes place" },
    { "call", "status", ARGUMENT_CHOICE, 0, "actual|exercise|test", 0, 0, "性质", "actual, or of an exercise" },
    { "opinion", "participant", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "参加者", "whose opinion it is" },
    { "opinion", "opinion", ARGUMENT_TEXT, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "意见", "what it is" },
    { "conclude", "conclusion", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "结论", "what was resolved" },
    { "task|done", "task", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "事项名", "a short name for the task" },
    { "task", "who", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "承办单位或人", "who has to do it" },
    { "task", "what", ARGUMENT_TEXT, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "事项", "what has to be done" },
    { "task", "by", ARGUMENT_TIME, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "期限", "by when" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "overdue", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which task" },
    { 0 }
};

static const struct due dues[] = { { "task:", "held|concluded", "overdue" }, { 0 } };

const struct kind kind_consultation = {
    .name = "consultation", .prefix = "C", .zh = "会商", .en = "units put their heads together; opinions, a conclusion, and tasks with their times",
    .states = states, .last = "closed|cancelled", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
