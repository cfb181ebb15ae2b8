/* drill 演练: an exercise from its plan to its score. What is injected is written down beforehand, with what it is expected to set
 * off; each inject is said to have been carried out at its time; and somebody who did not lead it puts the score on record,
 * which is computed from the incidents and commands that are there (platform/ctl/score.h) and from nothing that is claimed. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY | BY_SUPERVISOR, OFFICERS = BY_DUTY | BY_SUPERVISOR };
enum { WITHIN_MOST_S = 2592000 };       /* thirty days */

static const struct word states[] = {
    { "planned", "已计划", "who takes part and what is injected is being written down" },
    { "running", "进行中", "injects are carried out" },
    { "stopped", "已结束", "nothing more is injected; what has begun is handled to its end" },
    { "evaluated", "已评估", "somebody who did not lead it has put the score on record" },
    { "closed", "已办结", "nothing is left to do" },
    { "cancelled", "已取消", "it did not take place, or not to its end" },
    { 0 }
};

static const struct word commands[] = {
    { "plan", "拟定", "begin one" },
    { "revise", "修改", "another time, others who take part, another owner" },
    { "inject", "增加注入", "one attack of the plan: when, on whom, what is to be seen and done" },
    { "drop", "删除注入", "take one out of the plan" },
    { "start", "开始", "the drill begins; the plan stands" },
    { "injected", "已注入", "one was carried out, live or by playing a capture" },
    { "outcome", "注入结果", "what became of the attack, as those saw who carried it out" },
    { "stop", "结束", "nothing more is injected" },
    { "evaluate", "评估", "put the score on record, by somebody who neither began nor leads it" },
    { "close", "办结", "nothing is left to do" },
    { "cancel", "取消", "it does not take place, or not to its end" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "remind", "到期提醒", "it should have begun, or ended" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",                "plan",     STAFF,     "planned",   ARROW_FREE, NULL },
    { "planned",         "revise",   STAFF,     "=",         0, NULL },
    { "planned",         "inject",   STAFF,     "=",         ARROW_FREE, NULL },
    { "planned",         "drop",     STAFF,     "=",         0, NULL },
    { "planned",         "start",    OFFICERS,  "running",   0, NULL },
    { "running",         "injected", STAFF,     "=",         ARROW_FREE, NULL },
    { "running|stopped", "outcome",  STAFF,     "=",         ARROW_FREE, NULL },
    { "running",         "stop",     OFFICERS,  "stopped",   0, NULL },
    { "stopped",         "evaluate", OFFICERS,  "evaluated", ARROW_SECOND, NULL },
    { "evaluated",       "close",    OFFICERS,  "closed",    0, NULL },
    { "planned|running|stopped", "cancel", OFFICERS, "cancelled", ARROW_NOTE, NULL },
    { "**",              "link",     STAFF,     "=",         0, NULL },
    { "**",              "comment",  STAFF,     "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { "planned|running", "remind",   BY_SYSTEM, "=",         ARROW_FREE, NULL },
    { 0 }
};

static const struct argument arguments[] = {
    { "plan", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "演练名称", "title" },
    { "revise", "title", ARGUMENT_WORD, 0, NULL, 0, 0, "演练名称", "title" },
    { "plan|revise", "purpose", ARGUMENT_TEXT, 0, NULL, 0, 0, "目的", "what it is to show" },
    { "plan|revise", "owner", ARGUMENT_WORD, 0, NULL, 0, 0, "负责人；缺省为拟定人", "who leads it; else who begins it" },
    { "plan|revise", "regions", ARGUMENT_REGIONS, 0, NULL, 0, 0, "参演区域；缺省为本区域", "regions that take part; else its own" },
    { "plan|revise", "sectors", ARGUMENT_WORDS, 0, NULL, 0, 0, "参演行业", "sectors that take part" },
    { "plan|revise", "units", ARGUMENT_WORDS, 0, NULL, 0, 0, "参演单位", "units that take part" },
    { "plan|revise", "sensors", ARGUMENT_WORDS, 0, NULL, 0, 0, "参演探针；缺省不限", "sensors whose alerts count; else all" },
    { "plan", "begins_at", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "计划开始", "when it is to begin" },
    { "plan", "ends_at", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "计划结束", "when it is to end" },
    { "revise", "begins_at", ARGUMENT_TIME, 0, NULL, 0, 0, "计划开始", "when it is to begin" },
    { "revise", "ends_at", ARGUMENT_TIME, 0, NULL, 0, 0, "计划结束", "when it is to end" },
    { "inject|drop|injected|outcome", "inject", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "注入编号", "its short name: 1 to 24 letters, digits, dots, - and _" },
    { "inject", "planned_at", ARGUMENT_TIME, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "计划时间", "when it is to be carried out" },
    { "inject", "attack", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "攻击方式", "which attack" },
    { "inject", "victims", ARGUMENT_ADDRESSES, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "目标地址", "addresses that are attacked" },
    { "inject", "attackers", ARGUMENT_ADDRESSES, ARGUMENT_SAID, NULL, 0, 0, "攻击地址", "addresses that it comes from; else any" },
    { "inject", "rule", ARGUMENT_NUMBER, ARGUMENT_SAID, NULL, 1, 4294967295, "应触发的规则编号", "the rule (sid) that is to see it; else any" },
    { "inject", "stage", ARGUMENT_WORD, ARGUMENT_SAID, NULL, 0, 0, "应识别的阶段", "the ATT&CK tactic that it is to be seen as, TA0043; else any" },
    { "inject", "handling", ARGUMENT_TEXT, ARGUMENT_SAID, NULL, 0, 0, "应有的处置", "what is to be done" },
    { "inject", "detect_within", ARGUMENT_NUMBER, ARGUMENT_SAID, NULL, 1, WITHIN_MOST_S, "发现时限（秒，自注入起）", "seconds from the inject until it is to be seen" },
    { "inject", "acknowledge_within", ARGUMENT_NUMBER, ARGUMENT_SAID, NULL, 1, WITHIN_MOST_S, "响应时限（秒，自发现起）", "seconds from seeing it until somebody takes it up" },
    { "inject", "contain_within", ARGUMENT_NUMBER, ARGUMENT_SAID, NULL, 1, WITHIN_MOST_S, "遏制时限（秒，自注入起）", "seconds from the inject until it goes no further" },
    { "inject", "resolve_within", ARGUMENT_NUMBER, ARGUMENT_SAID, NULL, 1, WITHIN_MOST_S, "办结时限（秒，自发现起）", "seconds from seeing it until it is closed" },
    { "injected", "at", ARGUMENT_TIME, ARGUMENT_SAID, NULL, 0, 0, "实施时间；缺省为此刻", "when it was carried out; now when not given" },
    { "injected", "capture_at", ARGUMENT_TIME, ARGUMENT_SAID, NULL, 0, 0, "回放时：流量中的攻击时间", "of a capture that is played: the time in it at which the attack begins" },
    { "outcome", "outcome", ARGUMENT_CHOICE, ARGUMENT_NEEDED | ARGUMENT_SAID, "blocked|succeeded", 0, 0, "结果：已阻断、已得手", "it was blocked, or it succeeded" },
    { "evaluate", "score", ARGUMENT_JSON, ARGUMENT_NEEDED, NULL, 0, 0, "评分", "as fengsui drill score --json gives it" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "remind", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which time has passed" },
    { 0 }
};

static const struct due dues[] = { { "begins_at", "planned", "remind" }, { "ends_at", "running", "remind" }, { 0 } };

const struct kind kind_drill = {
    .name = "drill", .prefix = "D", .zh = "演练", .en = "an exercise: its plan, what was injected, and its score",
    .states = states, .last = "closed|cancelled", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
