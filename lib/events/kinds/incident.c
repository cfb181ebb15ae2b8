/* incident 事件: what people decide about joined alerts (DESIGN 4.4). The automatic side is platform/correlator. */
#include "events/incident.h"
#include "events/kind.h"

enum { PEOPLE = BY_ANALYST | BY_DUTY | BY_SUPERVISOR, OFFICERS = BY_DUTY | BY_SUPERVISOR };

static const struct word states[] = {
    { "new", "新建", "nobody has looked at it" },
    { "triaged", "已研判", "somebody looks at it" },
    { "confirmed", "已确认", "it is one; statutory clocks run" },
    { "false_positive", "误报", "nothing happened" },
    { "benign", "无害", "it happened and was allowed" },
    { "handling", "处置中", "it is being handled" },
    { "contained", "已遏制", "it goes no further" },
    { "closed", "已关闭", "nothing is left to do" },
    { "reopened", "重新打开", "it was not over" },
    { 0 }
};

static const struct word commands[] = {
    { "triage", "研判", "look at it: the first who does owns it" },
    { "confirm", "确认", "it is an incident; sets aware_at, from which statutory clocks run" },
    { "false_positive", "判为误报", "nothing happened" },
    { "benign", "判为无害", "it happened and was allowed" },
    { "handle", "处置", "begin to handle it" },
    { "contain", "遏制", "it goes no further" },
    { "close", "关闭", "nothing is left to do" },
    { "reopen", "重新打开", "it was not over, or was judged wrongly" },
    { "assign", "指派", "give it to somebody" },
    { "grade", "定级", "set its level; from then on alerts do not change it" },
    { "merge", "合并", "take another incident in; both records stay" },
    { "link", "关联", "say that it has to do with another matter" },
    { "opinion", "专家意见", "an expert's opinion" },
    { "comment", "备注", "say something" },
    { "reveal", "调阅明文", "see it unmasked; who and why stay on record" },
    { "report", "报送", "it was reported to whom a statutory clock names; once more: a supplement" },
    { "remind", "到期提醒", "a quarter of a statutory time is left" },
    { "follow", "时限联动", "its level has changed, and with it who has to report to whom" },
    { "overdue", "超时", "a time that was set has passed" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "new",                              "triage",         PEOPLE,   "triaged",        0, NULL },
    { "new|triaged|reopened",             "confirm",        PEOPLE,   "confirmed",      ARROW_OWNER, NULL },
    { "new|triaged|confirmed|reopened",   "false_positive", PEOPLE,   "false_positive", ARROW_OWNER | ARROW_NOTE, NULL },
    { "new|triaged|confirmed|reopened",   "benign",         PEOPLE,   "benign",         ARROW_OWNER | ARROW_NOTE, NULL },
    { "confirmed|contained|reopened",     "handle",         PEOPLE,   "handling",       ARROW_OWNER, NULL },
    { "handling",                         "contain",        PEOPLE,   "contained",      ARROW_OWNER | ARROW_NOTE, NULL },
    { "contained|false_positive|benign",  "close",          PEOPLE,   "closed",         ARROW_OWNER | ARROW_NOTE, NULL },
    { "closed|false_positive|benign",     "reopen",         PEOPLE,   "reopened",       ARROW_NOTE, NULL },
    { "*",                                "assign",         PEOPLE,   "=",              0, NULL },
    { "*",                                "grade",          OFFICERS, "=",              ARROW_NOTE, NULL },
    { "*",                                "merge",          PEOPLE,   "=",              ARROW_OWNER | ARROW_NOTE, NULL },
    { "**",                               "link",           PEOPLE,   "=",              0, NULL },
    { "**",                               "opinion",        PEOPLE,   "=",              ARROW_FREE | ARROW_NOTE, NULL },
    { "**",                               "comment",        PEOPLE | BY_UNIT, "=",      ARROW_FREE | ARROW_NOTE, NULL },
    { "**",                               "reveal",         OFFICERS, "=",              ARROW_FREE | ARROW_NOTE, NULL },
    { "**",                               "report",         OFFICERS | BY_UNIT, "=",    ARROW_FREE, NULL },
    { "**",                               "remind",         BY_SYSTEM, "=",             ARROW_FREE, NULL },
    { "**",                               "follow",         BY_SYSTEM, "=",             ARROW_FREE, NULL },
    { "**",                               "overdue",        BY_SYSTEM, "=",             ARROW_FREE, NULL },
    { 0 }
};

static const struct argument arguments[] = {
    { "confirm", "aware_at", ARGUMENT_TIME, ARGUMENT_SAID, NULL, 0, 0, "知悉时间", "when it became known; now when not given" },
    { "confirm|grade", "level", ARGUMENT_NUMBER, ARGUMENT_SAID, NULL, 1, 4, "级别：1 特别重大 … 4 一般", "level: 1 extraordinary ... 4 general" },
    { "confirm|grade", "operator", ARGUMENT_CHOICE, ARGUMENT_SAID, INCIDENT_OPERATORS, 0, 0, "责任主体；缺省按是否关基", "whose incident it is; else by whether a victim is CII" },
    { "report", "clock", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限编号", "which clock: its id in the table" },
    { "report", "at", ARGUMENT_TIME, ARGUMENT_SAID, NULL, 0, 0, "报送时间", "when it was reported; now when not given" },
    { "report", "reference", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "文号或编号", "under which number, or how" },
    { "assign", "owner", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "负责人", "who is to own it" },
    { "merge", "part", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "并入的事件", "the incident that becomes a part of this one" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "opinion", "expert", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "专家", "whose opinion it is" },
    { "overdue|remind|follow", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which time has passed" },
    { 0 }
};

/* Statutory clocks run on while it is closed (the final report), and never for what was none. */
#define NOT_FALSE "new|triaged|confirmed|handling|contained|closed|reopened"

static const struct due dues[] = {
    { "report:", NOT_FALSE, "overdue" }, { "remind:", NOT_FALSE, "remind" },
    { "level", NOT_FALSE "|false_positive|benign", "follow" },    /* no time: the correlator saw that alerts raised it */
    { 0 }
};

const struct kind kind_incident = {
    .name = "incident", .prefix = "I", .zh = "事件", .en = "alerts joined into one story that a person works on",
    .flags = KIND_OF_INCIDENTS, .states = states, .last = "closed|false_positive|benign", .commands = commands,
    .arrows = arrows, .arguments = arguments, .dues = dues,
};
