/* suppression 抑制: alerts that somebody knows begin and join no incident for a while; they are archived and counted all the same.
 * Severity 1 and what meets an asset of the highest importance stay visible unless that is asked for (reach) and a second
 * person says yes; then each renewal needs one, too. There is none without an end. */
#include "events/kind.h"

enum { STAFF = BY_ANALYST | BY_DUTY | BY_SUPERVISOR, OFFICERS = BY_DUTY | BY_SUPERVISOR };

#define GRAVE "reach=grave"
#define MILD  "reach!=grave"
#define OPEN  "proposed|pending|active|pending_renew"

static const struct word states[] = {
    { "proposed", "待启用", "written down; hides nothing" },
    { "pending", "待复核", "put forward; hides nothing until a second person says yes" },
    { "active", "生效中", "what matches begins and joins no incident" },
    { "pending_renew", "续期待复核", "in force as it was; the later end waits for a second person" },
    { "withdrawn", "已撤销", "taken back" },
    { "expired", "已到期", "its time is over" },
    { 0 }
};

static const struct word commands[] = {
    { "propose", "提出", "write it down: what, why, until when" },
    { "revise", "修改", "change what is written down" },
    { "activate", "启用", "bring it into force; a grave one: put it forward" },
    { "approve", "复核同意", "the second person's yes" },
    { "reject", "复核退回", "the second person's no" },
    { "renew", "续期", "until later; a grave one: put that forward" },
    { "withdraw", "撤销", "take it back" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "expire", "到期", "its time is over" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",              "propose",  STAFF,     "proposed",      ARROW_FREE, NULL },
    { "proposed",      "revise",   STAFF,     "=",             0, NULL },
    { "proposed",      "activate", OFFICERS,  "active",        0, MILD },
    { "proposed",      "activate", OFFICERS,  "pending",       ARROW_PROPOSES, GRAVE },
    { "pending",       "approve",  OFFICERS,  "active",        ARROW_SECOND | ARROW_ADOPTS, NULL },
    { "pending",       "reject",   OFFICERS,  "proposed",      ARROW_NOTE | ARROW_DROPS, NULL },
    { "active",        "renew",    OFFICERS,  "=",             ARROW_NOTE, MILD },
    { "active",        "renew",    OFFICERS,  "pending_renew", ARROW_NOTE | ARROW_PROPOSES, GRAVE },
    { "pending_renew", "approve",  OFFICERS,  "active",        ARROW_SECOND | ARROW_ADOPTS, NULL },
    { "pending_renew", "reject",   OFFICERS,  "active",        ARROW_NOTE | ARROW_DROPS, NULL },
    { OPEN,            "withdraw", STAFF,     "withdrawn",     ARROW_NOTE | ARROW_DROPS, NULL },
    { "**",            "link",     STAFF,     "=",             0, NULL },
    { "**",            "comment",  STAFF,     "=",             ARROW_FREE | ARROW_NOTE, NULL },
    { OPEN,            "expire",   BY_SYSTEM, "expired",       ARROW_FREE | ARROW_DROPS, NULL },
    { 0 }
};

static const struct argument arguments[] = {
    { "propose", "title", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "名称", "what it is called" },
    { "revise", "title", ARGUMENT_WORD, 0, NULL, 0, 0, "名称", "what it is called" },
    { "propose", "reason", ARGUMENT_TEXT, ARGUMENT_NEEDED, NULL, 0, 0, "抑制理由", "why these alerts need nobody" },
    { "revise", "reason", ARGUMENT_TEXT, 0, NULL, 0, 0, "抑制理由", "why these alerts need nobody" },
    { "propose|revise", "owner", ARGUMENT_WORD, 0, NULL, 0, 0, "负责人", "who answers for it; whoever writes it down when not given" },
    { "propose|revise", "rule", ARGUMENT_WORD, 0, NULL, 0, 0, "规则 gid:sid", "alerts of this rule, gid:sid; a sid alone is of gid 1" },
    { "propose|revise", "source", ARGUMENT_ADDRESS, 0, NULL, 0, 0, "源地址或网段", "alerts whose src_ip lies in it" },
    { "propose|revise", "destination", ARGUMENT_ADDRESS, 0, NULL, 0, 0, "目的地址或网段", "alerts whose dest_ip lies in it" },
    { "propose|revise", "asset", ARGUMENT_WORD, 0, NULL, 0, 0, "资产名称", "alerts with this asset at one end" },
    { "propose|revise", "unit", ARGUMENT_WORD, 0, NULL, 0, 0, "单位名称", "alerts with an asset of this unit at one end" },
    { "propose|revise", "reach", ARGUMENT_CHOICE, 0, "ordinary|grave", 0, 0, "抑制程度",
      "grave: also severity 1 and assets of MLPS level 4 and 5 or of critical infrastructure, and a second person is needed; ordinary when not given" },
    { "propose", "expires", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "有效期至", "until when" },
    { "revise", "expires", ARGUMENT_TIME, 0, NULL, 0, 0, "有效期至", "until when" },
    { "renew", "expires", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "有效期至", "until when" },
    { "propose", "status", ARGUMENT_CHOICE, 0, "actual|exercise|test", 0, 0, "性质", "of which alerts: actual ones, or of an exercise" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "expire", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which time has passed" },
    { 0 }
};

static const struct due dues[] = { { "expires", OPEN, "expire" }, { 0 } };

const struct kind kind_suppression = {
    .name = "suppression", .prefix = "S", .zh = "抑制", .en = "alerts that begin and join no incident for a while",
    .states = states, .last = "withdrawn|expired", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
