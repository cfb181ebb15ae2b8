/* unit 单位: an organisation that runs networks which are watched, as it is registered: who is told, where it belongs, from when to
 * when. Its name is the argument `unit`, as everywhere else; it is never another's while the unit is registered. */
#include "events/kind.h"

enum { KEEPERS = BY_DUTY | BY_SUPERVISOR | BY_ADMIN, STAFF = BY_ANALYST | KEEPERS };

static const struct word states[] = {
    { "registered", "在册", "it is as it is written down" },
    { "lapsed", "已到期", "valid_to has passed; its assets are still known by it" },
    { "retired", "已注销", "it is no more; what was written down stays" },
    { 0 }
};

static const struct word commands[] = {
    { "register", "登记", "write it down" },
    { "change", "变更", "what is written down has changed" },
    { "reinstate", "恢复", "it is valid again, until another time" },
    { "retire", "注销", "it is no more" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { "reveal", "调阅明文", "see it unmasked; who and why stay on record" },
    { "lapse", "到期", "valid_to has passed" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",                  "register", KEEPERS,   "registered", ARROW_FREE, NULL },
    { "registered|lapsed", "change",   KEEPERS,   "=",          0, NULL },
    { "lapsed",            "reinstate", KEEPERS,  "registered", 0, NULL },
    { "registered|lapsed", "retire",   KEEPERS,   "retired",    ARROW_NOTE, NULL },
    { "**",                "link",     STAFF,     "=",          0, NULL },
    { "**",                "comment",  STAFF,     "=",          ARROW_FREE | ARROW_NOTE, NULL },
    { "**",                "reveal",   BY_DUTY | BY_SUPERVISOR, "=", ARROW_FREE | ARROW_NOTE, NULL },
    { "registered",        "lapse",    BY_SYSTEM, "lapsed",     ARROW_FREE, NULL },
    { 0 }
};

#define WRITTEN "register|change|reinstate"

static const struct argument arguments[] = {
    { "register", "unit", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "单位名称", "its name" },
    { "register", "sector", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "行业", "its sector: an id of the list of sectors" },
    { "change|reinstate", "sector", ARGUMENT_WORD, 0, NULL, 0, 0, "行业", "its sector: an id of the list of sectors" },
    { "register", "district", ARGUMENT_REGION, ARGUMENT_NEEDED, NULL, 0, 0, "所在区划代码", "where it is: GB/T 2260" },
    { "change|reinstate", "district", ARGUMENT_REGION, 0, NULL, 0, 0, "所在区划代码", "where it is: GB/T 2260" },
    { WRITTEN, "code", ARGUMENT_WORD, 0, NULL, 0, 0, "统一社会信用代码", "its unified social credit code (GB 32100)" },
    { WRITTEN, "parent", ARGUMENT_WORD, 0, NULL, 0, 0, "上级单位", "the unit that it belongs to" },
    { WRITTEN, "contacts", ARGUMENT_WORDS, 0, NULL, 0, 0, "联系人", "who is told, and how: personal data" },
    { WRITTEN, "valid_from", ARGUMENT_TIME, 0, NULL, 0, 0, "有效期自", "from when it is registered" },
    { "register|change", "valid_to", ARGUMENT_TIME, 0, NULL, 0, 0, "有效期至", "until when" },
    { "reinstate", "valid_to", ARGUMENT_TIME, ARGUMENT_NEEDED, NULL, 0, 0, "有效期至", "until when" },
    { "change|reinstate", "clear", ARGUMENT_WORDS, ARGUMENT_SAID, NULL, 0, 0, "清空的项目", "fields that are to be empty from now on" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { "lapse", "name", ARGUMENT_WORD, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "时限", "which time has passed" },
    { 0 }
};

static const struct due dues[] = { { "valid_to", "registered", "lapse" }, { 0 } };

const struct kind kind_unit = {
    .name = "unit", .prefix = "U", .zh = "单位", .en = "an organisation that runs networks, as it is registered", .flags = KIND_IS_REGISTER,
    .states = states, .last = "retired", .commands = commands, .arrows = arrows, .arguments = arguments, .dues = dues,
};
