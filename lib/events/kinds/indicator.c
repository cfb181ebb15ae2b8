/* indicator 情报: one thing to look for in the traffic, until it has expired or is taken back. What is in force goes down to the
 * sensors of its regions in the transaction that put it in force. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY | BY_SUPERVISOR, OFFICERS = BY_DUTY | BY_SUPERVISOR };

static const struct word states[] = {
    { "proposed", "待启用", "written down; no sensor looks for it" },
    { "active", "已启用", "sensors look for it" },
    { "revoked", "已撤销", "taken back" },
    { "expired", "已过期", "its time is over" },
    { 0 }
};

static const struct word commands[] = {
    { "propose", "提交", "write it down" },
    { "revise", "修改", "change what is written down" },
    { "activate", "启用", "sensors look for it from now on" },
    { "renew", "续期", "for longer or shorter, or with another weight" },
    { "revoke", "撤销", "take it back" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "expire", "过期", "its time is over" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",                "propose",  STAFF,    "proposed", ARROW_FREE, NULL },
    { "proposed",        "revise",   STAFF,    "=",        0, NULL },
    { "proposed",        "activate", OFFICERS, "active",   0, NULL },
    { "active",          "renew",    OFFICERS, "=",        0, NULL },
    { "proposed|active", "revoke",   OFFICERS, "revoked",  ARROW_NOTE, NULL },
    { "**",              "link",     STAFF,    "=",        0, NULL },
    { "**",              "comment",  STAFF,    "=",        ARROW_FREE | ARROW_NOTE, NULL },
    { "proposed|active", "expire",   BY_SYSTEM, "expired", ARROW_FREE, NULL },
    { 0 }
};

#define TYPES "address|domain|url|ja3|ja4|sha256|sha1|md5|email|certificate"
#define TLPS  "clear|green|amber|amber+strict|red"

static const struct argument arguments[] = {
    { "propose", "type", ARGUMENT_CHOICE, ARGUMENT_NEEDED, TYPES, 0, 0, "类型", "what kind of thing it is" },
    { "propose", "value", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "值", "what to look for" },
    { "propose", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "名称", "what it stands for" },
    { "propose", "source", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "来源", "who says so" },
    { "propose", "expires", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "有效期至", "until when it is looked for" },
    { "revise", "title", ARGUMENT_WORD, 0, NULL, 0, 0, "名称", "what it stands for" },
    { "revise", "source", ARGUMENT_WORD, 0, NULL, 0, 0, "来源", "who says so" },
    { "revise|renew", "expires", ARGUMENT_TIME, 0, NULL, 0, 0, "有效期至", "until when it is looked for" },
    { "propose|revise|renew", "severity", ARGUMENT_NUMBER, 0, NULL, 1, 4, "级别：1 最高", "severity of its alerts, 1 highest; 2 when not given" },
    { "propose|revise|renew", "confidence", ARGUMENT_NUMBER, 0, NULL, 1, 100, "置信度", "how sure they are, in per cent" },
    { "propose|revise", "tlp", ARGUMENT_CHOICE, 0, TLPS, 0, 0, "TLP 等级", "Traffic Light Protocol; amber when not given. Red does not leave its region" },
    { "propose|revise", "regions", ARGUMENT_REGIONS, 0, NULL, 0, 0, "下发区域", "whose sensors look for it; else its own region's" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "expire", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which time has passed" },
    { 0 }
};

static const struct due dues[] = { { "expires", "proposed|active", "expire" }, { 0 } };

const struct kind kind_indicator = {
    .name = "indicator", .prefix = "T", .zh = "情报", .en = "one thing to look for in the traffic",
    .states = states, .last = "revoked|expired", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
