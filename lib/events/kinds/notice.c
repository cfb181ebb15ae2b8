/* notice 通报 to one unit: it is signed for, answered, and the answer is judged. A deadline that passes brings it under
 * supervision (督办), which stays on record. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY, OFFICERS = BY_DUTY | BY_SUPERVISOR };

static const struct word states[] = {
    { "draft", "草稿", "being written" },
    { "approved", "已审批", "a second person agreed" },
    { "issued", "已下发", "the unit has it; its signature is due" },
    { "signed", "已签收", "the unit signed; its answer is due" },
    { "feedback", "已反馈", "the unit answered" },
    { "reviewed", "已审核", "the answer is good" },
    { "returned", "已退回", "the answer is not; another is due" },
    { "archived", "已归档", "over" },
    { "withdrawn", "已撤回", "taken back before it was signed" },
    { 0 }
};

static const struct word commands[] = {
    { "draft", "拟制", "begin one" },
    { "revise", "修改", "change the draft" },
    { "approve", "审批", "the second person's yes" },
    { "reject", "不同意", "back to the draft" },
    { "issue", "下发", "to the unit" },
    { "sign", "签收", "the unit has received it" },
    { "feedback", "反馈", "the unit says what it found and did" },
    { "review", "审核通过", "the answer is good" },
    { "return", "退回", "the answer is not enough" },
    { "archive", "归档", "it is over" },
    { "extend", "延期", "other deadlines" },
    { "supervise", "督办", "under supervision" },
    { "withdraw", "撤回", "take it back" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "reveal", "调阅明文", "see it unmasked; who and why stay on record" },
    { "overdue", "超时", "a deadline has passed: under supervision" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",                       "draft",     STAFF | BY_SUPERVISOR, "draft", ARROW_FREE, NULL },
    { "draft",                  "revise",    STAFF | BY_SUPERVISOR, "=",     0, NULL },
    { "draft",                  "approve",   OFFICERS, "approved",  ARROW_SECOND, NULL },
    { "approved",               "reject",    OFFICERS, "draft",     ARROW_NOTE, NULL },
    { "approved",               "issue",     OFFICERS, "issued",    0, NULL },
    { "issued",                 "sign",      BY_UNIT,  "signed",    0, NULL },
    { "signed|returned",        "feedback",  BY_UNIT,  "feedback",  0, NULL },
    { "feedback",               "review",    OFFICERS, "reviewed",  0, NULL },
    { "feedback",               "return",    OFFICERS, "returned",  ARROW_NOTE, NULL },
    { "reviewed",               "archive",   OFFICERS, "archived",  0, NULL },
    { "issued|signed|returned", "extend",    OFFICERS, "=",         ARROW_NOTE, NULL },
    { "issued|signed|returned", "supervise", OFFICERS, "=",         ARROW_NOTE, NULL },
    { "draft|approved|issued",  "withdraw",  OFFICERS, "withdrawn", ARROW_NOTE, NULL },
    { "**",                     "link",      STAFF | BY_SUPERVISOR, "=", 0, NULL },
    { "**",                     "comment",   STAFF | BY_SUPERVISOR | BY_UNIT, "=", ARROW_FREE | ARROW_NOTE, NULL },
    { "**",                     "reveal",    OFFICERS, "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { "issued|signed|returned", "overdue",   BY_SYSTEM, "=",        ARROW_FREE, NULL },
    { 0 }
};

static const struct argument arguments[] = {
    { "draft", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "标题", "title" },
    { "revise", "title", ARGUMENT_WORD, 0, NULL, 0, 0, "标题", "title" },
    { "draft", "unit", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "被通报单位", "unit that is notified" },
    { "draft|revise", "sector", ARGUMENT_WORD, 0, NULL, 0, 0, "行业", "the unit's sector" },
    { "draft", "about", ARGUMENT_CHOICE, ARGUMENT_NEEDED, "risk|vulnerability|incident", 0, 0, "通报类型", "what it is about" },
    { "draft", "body", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "正文", "what the unit has to know and do" },
    { "revise", "body", ARGUMENT_TEXT, 0, NULL, 0, 0, "正文", "what the unit has to know and do" },
    { "draft|revise", "level", ARGUMENT_NUMBER, 0, NULL, 1, 4, "级别：1 特别重大 … 4 一般", "level: 1 extraordinary ... 4 general" },
    { "draft|revise", "incidents", ARGUMENT_IDS, 0, NULL, 0, 0, "相关事件", "incidents that it is about" },
    { "draft", "sign_by", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "签收期限", "until when it must be signed for" },
    { "draft", "feedback_by", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "反馈期限", "until when it must be answered" },
    { "revise|extend", "sign_by", ARGUMENT_TIME, 0, NULL, 0, 0, "签收期限", "until when it must be signed for" },
    { "revise|extend|return", "feedback_by", ARGUMENT_TIME, 0, NULL, 0, 0, "反馈期限", "until when it must be answered" },
    { "draft", "status", ARGUMENT_CHOICE, 0, "actual|exercise|test", 0, 0, "性质", "actual, or of an exercise" },
    { "sign", "signer", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "签收人", "who received it" },
    { "feedback", "findings", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "核查情况", "what was found" },
    { "feedback", "measures", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "处置措施", "what was done" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "overdue", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which deadline has passed" },
    { 0 }
};

static const struct due dues[] = {
    { "sign_by", "issued", "overdue" },
    { "feedback_by", "signed|returned", "overdue" },
    { 0 }
};

const struct kind kind_notice = {
    .name = "notice", .prefix = "N", .zh = "通报", .en = "a notice to one unit, signed for, answered and judged",
    .states = states, .last = "archived|withdrawn", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
