/* warning 预警: blue, yellow, orange, red (蓝黄橙红) for regions and sectors. Orange and red need a second person: what
 * would bring one of them into force is put forward first, and somebody else approves it. Lowering to yellow or blue and
 * lifting do not. What has outlived valid_until is reminded of and never lifted by itself. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY, OFFICERS = BY_DUTY | BY_SUPERVISOR };

#define IN_FORCE "issued|raised|lowered"
#define GRAVE    "colour=orange|red"
#define MILD     "colour=blue|yellow"

static const struct word states[] = {
    { "draft", "草稿", "being written" },
    { "pending", "待复核", "orange or red, put forward; waits for a second person" },
    { "issued", "已发布", "in force" },
    { "raised", "已升级", "in force, higher than before" },
    { "lowered", "已降级", "in force, lower than before" },
    { "pending_raise", "升级待复核", "in force as it was; the higher colour waits for a second person" },
    { "pending_lower", "降级待复核", "in force as it was; red to orange waits for a second person" },
    { "lifted", "已解除", "over" },
    { "withdrawn", "已撤回", "never issued" },
    { 0 }
};

static const struct word commands[] = {
    { "draft", "拟制", "begin one; its colour comes from the matrix" },
    { "revise", "修改", "change the draft" },
    { "issue", "发布", "bring it into force; orange and red: put it forward" },
    { "raise", "升级", "to a higher colour" },
    { "lower", "降级", "to a lower colour" },
    { "approve", "复核同意", "the second person's yes" },
    { "reject", "复核退回", "the second person's no" },
    { "extend", "延期", "valid for longer or shorter" },
    { "lift", "解除", "it is over" },
    { "withdraw", "撤回", "drop the draft" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "reveal", "调阅明文", "see it unmasked; who and why stay on record" },
    { "remind", "到期提醒", "valid_until has passed" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",              "draft",    STAFF | BY_SUPERVISOR, "draft", ARROW_FREE, NULL },
    { "draft",         "revise",   STAFF | BY_SUPERVISOR, "=",     0, NULL },
    { "draft",         "issue",    OFFICERS, "issued",        0, MILD },
    { "draft",         "issue",    OFFICERS, "pending",       ARROW_PROPOSES, GRAVE },
    { "pending",       "approve",  OFFICERS, "issued",        ARROW_SECOND | ARROW_ADOPTS, NULL },
    { "pending",       "reject",   OFFICERS, "draft",         ARROW_NOTE | ARROW_DROPS, NULL },
    { IN_FORCE,        "raise",    OFFICERS, "raised",        ARROW_NOTE, MILD },
    { IN_FORCE,        "raise",    OFFICERS, "pending_raise", ARROW_NOTE | ARROW_PROPOSES, GRAVE },
    { IN_FORCE,        "lower",    OFFICERS, "lowered",       ARROW_NOTE, MILD },
    { IN_FORCE,        "lower",    OFFICERS, "pending_lower", ARROW_NOTE | ARROW_PROPOSES, GRAVE },
    { "pending_raise", "approve",  OFFICERS, "raised",        ARROW_SECOND | ARROW_ADOPTS, NULL },
    { "pending_lower", "approve",  OFFICERS, "lowered",       ARROW_SECOND | ARROW_ADOPTS, NULL },
    { "pending_raise|pending_lower", "reject", OFFICERS, "<", ARROW_NOTE | ARROW_DROPS, NULL },
    { IN_FORCE,        "extend",   OFFICERS, "=",             ARROW_NOTE, NULL },
    { IN_FORCE "|pending_raise|pending_lower", "lift", OFFICERS, "lifted", ARROW_NOTE | ARROW_DROPS, NULL },
    { "draft|pending", "withdraw", OFFICERS, "withdrawn",     ARROW_NOTE | ARROW_DROPS, NULL },
    { "**",            "link",     STAFF | BY_SUPERVISOR, "=", 0, NULL },
    { "**",            "comment",  STAFF | BY_SUPERVISOR, "=", ARROW_FREE | ARROW_NOTE, NULL },
    { "**",            "reveal",   OFFICERS, "=",         ARROW_FREE | ARROW_NOTE, NULL },
    { IN_FORCE "|pending_raise|pending_lower", "remind", BY_SYSTEM, "=", ARROW_FREE, NULL },
    { 0 }
};

#define COLOURS "blue|yellow|orange|red"

static const struct argument arguments[] = {
    { "draft", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "标题", "title" },
    { "revise", "title", ARGUMENT_WORD, 0, NULL, 0, 0, "标题", "title" },
    { "draft", "measures", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "应对措施", "what is to be done" },
    { "revise", "measures", ARGUMENT_TEXT, 0, NULL, 0, 0, "应对措施", "what is to be done" },
    { "draft|revise", "importance", ARGUMENT_NUMBER, 0, NULL, 1, 4, "对象重要程度：1 最高", "importance of what is threatened, 1 highest; else from the incidents" },
    { "draft|revise", "severity", ARGUMENT_NUMBER, 0, NULL, 1, 4, "危害程度：1 最高", "severity of the threat, 1 highest; else from the incidents" },
    { "draft|revise", "colour", ARGUMENT_CHOICE, 0, COLOURS, 0, 0, "颜色；与矩阵不同时须说明", "another colour than the matrix gives, with a note" },
    { "raise|lower", "colour", ARGUMENT_CHOICE, ARGUMENT_NEEDED, COLOURS, 0, 0, "新颜色", "the new colour" },
    { "draft|revise", "incidents", ARGUMENT_IDS, 0, NULL, 0, 0, "依据事件", "incidents that it rests on" },
    { "draft|revise", "regions", ARGUMENT_REGIONS, 0, NULL, 0, 0, "预警范围", "regions that are warned; else its own" },
    { "draft|revise", "sector", ARGUMENT_WORD, 0, NULL, 0, 0, "行业", "sector that is warned; else all" },
    { "draft|revise", "category", ARGUMENT_WORD, 0, NULL, 0, 0, "GB/T 20986 分类", "GB/T 20986 category" },
    { "draft", "valid_until", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "有效期至", "until when it is meant to hold" },
    { "revise", "valid_until", ARGUMENT_TIME, 0, NULL, 0, 0, "有效期至", "until when it is meant to hold" },
    { "extend", "valid_until", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "有效期至", "until when it is meant to hold" },
    { "draft", "status", ARGUMENT_CHOICE, 0, "actual|exercise|test", 0, 0, "性质", "actual, or of an exercise" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "remind", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which time has passed" },
    { 0 }
};

static const struct due dues[] = {
    { "valid_until", IN_FORCE "|pending_raise|pending_lower", "remind" },
    { 0 }
};

const struct kind kind_warning = {
    .name = "warning", .prefix = "W", .zh = "预警", .en = "a warning in four colours to regions and sectors",
    .states = states, .last = "lifted|withdrawn", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
