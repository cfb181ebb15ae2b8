/* asset 资产: a device, service or network of a unit, as it is registered. What an alert does not say of its victim, the correlator
 * takes from here by the address. */
#include "events/kind.h"

enum { KEEPERS = BY_DUTY | BY_SUPERVISOR | BY_ADMIN, STAFF = BY_ANALYST | KEEPERS };

static const struct word states[] = {
    { "registered", "在册", "it is as it is written down" },
    { "retired", "已注销", "it is no more: its addresses are free" },
    { 0 }
};

static const struct word commands[] = {
    { "register", "登记", "write it down" },
    { "change", "变更", "what is written down has changed" },
    { "retire", "注销", "it is no more" },
    { "link", "关联", "say that it has to do with another matter" },
    { "comment", "备注", "say something" },
    { 0 }
};

static const struct arrow arrows[] = {
    { "",           "register", KEEPERS, "registered", ARROW_FREE, NULL },
    { "registered", "change",   KEEPERS, "=",          0, NULL },
    { "registered", "retire",   KEEPERS, "retired",    ARROW_NOTE, NULL },
    { "**",         "link",     STAFF,   "=",          0, NULL },
    { "**",         "comment",  STAFF,   "=",          ARROW_FREE | ARROW_NOTE, NULL },
    { 0 }
};

#define WRITTEN "register|change"

static const struct argument arguments[] = {
    { "register", "name", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "资产名称", "its name: no other asset of the unit has it" },
    { "register", "unit", ARGUMENT_WORD, ARGUMENT_NEEDED, NULL, 0, 0, "所属单位", "the unit whose it is: registered, too" },
    { "change", "unit", ARGUMENT_WORD, 0, NULL, 0, 0, "所属单位", "the unit whose it is from now on" },
    { "register", "addresses", ARGUMENT_ADDRESSES, ARGUMENT_NEEDED, NULL, 0, 0, "地址或网段", "addresses and prefixes that are its" },
    { "change", "addresses", ARGUMENT_ADDRESSES, 0, NULL, 0, 0, "地址或网段", "addresses and prefixes that are its" },
    { WRITTEN, "sector", ARGUMENT_WORD, 0, NULL, 0, 0, "行业", "sector; its unit's when not given" },
    { WRITTEN, "district", ARGUMENT_REGION, 0, NULL, 0, 0, "所在区划代码", "where it is: GB/T 2260; its unit's when not given" },
    { WRITTEN, "system", ARGUMENT_WORD, 0, NULL, 0, 0, "所属信息系统", "the information system that it belongs to" },
    { WRITTEN, "mlps_level", ARGUMENT_NUMBER, 0, NULL, 1, 5, "等保级别", "MLPS level of that system (GB/T 22240)" },
    { WRITTEN, "data_grade", ARGUMENT_CHOICE, 0, "core|important|general", 0, 0, "数据级别：核心、重要、一般", "grade of the data on it (GB/T 43697)" },
    { WRITTEN, "cii", ARGUMENT_FLAG, 0, NULL, 0, 0, "关键信息基础设施", "whether it is critical information infrastructure" },
    { WRITTEN, "importance", ARGUMENT_NUMBER, 0, NULL, 1, 4, "重要程度：1 最高", "importance, 1 highest, as warnings know it (GB/T 32924)" },
    { WRITTEN, "role", ARGUMENT_WORD, 0, NULL, 0, 0, "用途", "what it is for: database, plc, hmi, network ..." },
    { WRITTEN, "owner", ARGUMENT_WORD, 0, NULL, 0, 0, "责任人", "who answers for it" },
    { "change", "clear", ARGUMENT_WORDS, ARGUMENT_SAID, NULL, 0, 0, "清空的项目", "fields that are to be empty from now on" },
    { "link", "other", ARGUMENT_ID, ARGUMENT_NEEDED | ARGUMENT_SAID, NULL, 0, 0, "关联对象", "the matter that it has to do with" },
    { 0 }
};

const struct kind kind_asset = {
    .name = "asset", .prefix = "A", .zh = "资产", .en = "a device, service or network of a unit, as it is registered", .flags = KIND_IS_REGISTER,
    .states = states, .last = "retired", .commands = commands, .arrows = arrows, .arguments = arguments,
};
