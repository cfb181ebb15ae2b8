#include "correlator/stage.h"

#include <string.h>
#include <strings.h>

static const struct stage stages[] = {
    { "TA0043", "reconnaissance", "侦察" },             { "TA0042", "resource development", "资源开发" },
    { "TA0001", "initial access", "初始访问" },         { "TA0002", "execution", "执行" },
    { "TA0003", "persistence", "持久化" },              { "TA0004", "privilege escalation", "权限提升" },
    { "TA0005", "defense evasion", "防御规避" },        { "TA0006", "credential access", "凭据访问" },
    { "TA0007", "discovery", "发现" },                  { "TA0008", "lateral movement", "横向移动" },
    { "TA0009", "collection", "收集" },                 { "TA0011", "command and control", "命令与控制" },
    { "TA0010", "exfiltration", "数据渗出" },           { "TA0040", "impact", "影响" },
    { "TA0108", "initial access", "初始访问" },         { "TA0104", "execution", "执行" },
    { "TA0110", "persistence", "持久化" },              { "TA0111", "privilege escalation", "权限提升" },
    { "TA0103", "evasion", "规避" },                    { "TA0102", "discovery", "发现" },
    { "TA0109", "lateral movement", "横向移动" },       { "TA0100", "collection", "收集" },
    { "TA0101", "command and control", "命令与控制" },  { "TA0107", "inhibit response function", "抑制响应功能" },
    { "TA0106", "impair process control", "损害过程控制" }, { "TA0105", "impact", "影响" },
};

/* The name of a rule says more than its category where both do: a scanner's request is a "web application attack". */
static const struct told { const char *by_signature, *by_category, *tactic; } told[] = {
    { " SCAN ", NULL, "TA0043" },
    { NULL, "Detection of a Network Scan", "TA0043" },
    { NULL, "Attempted Information Leak", "TA0043" },
    { NULL, "Decode of an RPC Query", "TA0007" },
    { NULL, "Web Application Attack", "TA0001" },
    { NULL, "Attempted Administrator Privilege Gain", "TA0001" },
    { NULL, "Attempted User Privilege Gain", "TA0001" },
    { NULL, "Exploit Kit Activity Detected", "TA0001" },
    { NULL, "Possible Social Engineering Attempted", "TA0001" },
    { NULL, "Executable code was detected", "TA0002" },
    { NULL, "Successful Administrator Privilege Gain", "TA0004" },
    { NULL, "Successful User Privilege Gain", "TA0004" },
    { NULL, "Attempt to login by a default username and password", "TA0006" },
    { NULL, "An attempted login using a suspicious username was detected", "TA0006" },
    { NULL, "Successful Credential Theft Detected", "TA0006" },
    { NULL, "A Network Trojan was detected", "TA0011" },
    { NULL, "Malware Command and Control Activity Detected", "TA0011" },
    { NULL, "Domain Observed Used for C2 Detected", "TA0011" },
    { NULL, "Large Scale Information Leak", "TA0010" },
    { NULL, "Attempted Denial of Service", "TA0040" },
    { NULL, "Denial of Service", "TA0040" },
    { NULL, "Detection of a Denial of Service Attack", "TA0040" },
    { NULL, "Crypto Currency Mining Activity Detected", "TA0040" },
};

const struct stage *stage_of(const char *tactic)
{
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (strcmp(stages[i].tactic, tactic) == 0)
            return &stages[i];
    return NULL;
}

const char *stage_tactic(const struct alert_view *a)
{
    if (*a->tactic != '\0')
        return a->tactic;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        const struct told *t = &told[i];
        if (t->by_signature != NULL ? strstr(a->signature, t->by_signature) != NULL : strcasecmp(a->category, t->by_category) == 0)
            return t->tactic;
    }
    return "";
}
