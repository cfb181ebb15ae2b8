/* report 举报与报告: what people say has happened, by telephone, letter, the hotlines 12387 and 12321, or a unit's own word. What is
 * accepted becomes an incident on the same road as alerts, or adds to one that is there. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY | BY_SUPERVISOR, OFFICERS = BY_DUTY | BY_SUPERVISOR };

static const struct word states[] = {
    { "received", "已受理", "written down; nobody has looked into it" },
    { "assessed", "已核查", "somebody looked into it" },
    { "accepted", "已采纳", "it is an incident, or part of one" },
    { "rejected", "不予采纳", "there is nothing to it, or nothing of ours" },
    { "duplicate", "重复", "it was reported before" },
    { 0 }
};

static const struct word commands[] = {
    { "receive", "受理", "write down what somebody reports" },
    { "amend", "补充", "more of what was reported" },
    { "assess", "核查", "what looking into it gave" },
    { "accept", "采纳", "it becomes an incident, or adds to the one named" },
    { "reject", "不予采纳", "there is nothing to it, or nothing of ours" },
    { "duplicate", "判为重复", "it was reported before" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "reveal", "调阅明文", "see it unmasked; who and why stay on record" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",                  "receive",   STAFF | BY_UNIT, "received",  ARROW_FREE, NULL },
    { "received|assessed", "amend",     STAFF | BY_UNIT, "=",         0, NULL },
    { "received",          "assess",    STAFF,           "assessed",  ARROW_NOTE, NULL },
    { "received|assessed", "accept",    STAFF,           "accepted",  0, NULL },
    { "received|assessed", "reject",    STAFF,           "rejected",  ARROW_NOTE, NULL },
    { "received|assessed", "duplicate", STAFF,           "duplicate", 0, NULL },
    { "**",                "link",      STAFF,           "=",         0, NULL },
    { "**",                "comment",   STAFF | BY_UNIT, "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { "**",                "reveal",    OFFICERS,        "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { 0 }
};

static const struct argument arguments[] = {
    { "receive", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "标题", "title" },
    { "receive", "what", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "情况", "what happened" },
    { "amend", "what", ARGUMENT_TEXT, 0, NULL, 0, 0, "情况", "what happened" },
    { "receive", "channel", ARGUMENT_CHOICE, ARGUMENT_NEEDED, "12387|12321|phone|mail|letter|unit|other", 0, 0, "来源渠道", "how it came" },
    { "receive", "occurred_at", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "发生时间", "when it happened, as far as is known" },
    { "receive", "severity", ARGUMENT_NUMBER, ARGUMENT_NEEDED, NULL, 1, 4, "危害程度：1 最高", "severity, 1 highest" },
    { "receive|amend", "reporter", ARGUMENT_WORD, 0, NULL, 0, 0, "报告人", "who reports" },
    { "receive|amend", "contact", ARGUMENT_WORD, 0, NULL, 0, 0, "联系方式", "how to reach who reports" },
    { "receive|amend", "unit", ARGUMENT_WORD, 0, NULL, 0, 0, "涉事单位", "unit that it is about" },
    { "receive|amend", "sector", ARGUMENT_WORD, 0, NULL, 0, 0, "行业", "its sector" },
    { "receive|amend", "system", ARGUMENT_WORD, 0, NULL, 0, 0, "涉事系统", "system that it is about" },
    { "receive|amend", "victim", ARGUMENT_ADDRESS, 0, NULL, 0, 0, "受害地址", "address that suffered" },
    { "receive|amend", "attacker", ARGUMENT_ADDRESS, 0, NULL, 0, 0, "攻击地址", "address that did it" },
    { "receive|amend", "indicators", ARGUMENT_WORDS, 0, NULL, 0, 0, "线索", "domains, addresses, hashes, numbers that were named" },
    { "receive|amend", "category", ARGUMENT_WORD, 0, NULL, 0, 0, "GB/T 20986 分类", "GB/T 20986 category" },
    { "receive", "status", ARGUMENT_CHOICE, 0, "actual|exercise|test", 0, 0, "性质", "actual, or of an exercise" },
    { "accept", "incident", ARGUMENT_ID, 0, NULL, 0, 0, "并入的事件；缺省新建", "the incident that it adds to; a new one when not given" },
    { "duplicate", "of", ARGUMENT_ID, ARGUMENT_NEEDED, NULL, 0, 0, "与之重复", "the report that came before" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { 0 }
};

const struct kind kind_report = {
    .name = "report", .prefix = "R", .zh = "举报", .en = "what people say has happened, until it is an incident or none",
    .states = states, .last = "accepted|rejected|duplicate", .commands = commands, .arrows = arrows, .arguments = arguments,
};
