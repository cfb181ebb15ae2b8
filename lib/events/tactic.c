#include "events/tactic.h"

#include <stddef.h>
#include <string.h>

static const struct tactic tactics[] = {
    { "TA0043", "reconnaissance", "侦察", "reconnaissance", false },
    { "TA0042", "resource development", "资源开发", "resource-development", false },
    { "TA0001", "initial access", "初始访问", "initial-access", false },
    { "TA0002", "execution", "执行", "execution", false },
    { "TA0003", "persistence", "持久化", "persistence", false },
    { "TA0004", "privilege escalation", "权限提升", "privilege-escalation", false },
    { "TA0005", "defense evasion", "防御规避", "defense-evasion", false },
    { "TA0006", "credential access", "凭据访问", "credential-access", false },
    { "TA0007", "discovery", "发现", "discovery", false },
    { "TA0008", "lateral movement", "横向移动", "lateral-movement", false },
    { "TA0009", "collection", "收集", "collection", false },
    { "TA0011", "command and control", "命令与控制", "command-and-control", false },
    { "TA0010", "exfiltration", "数据渗出", "exfiltration", false },
    { "TA0040", "impact", "影响", "impact", false },
    { "TA0108", "initial access", "初始访问", "initial-access", true },
    { "TA0104", "execution", "执行", "execution", true },
    { "TA0110", "persistence", "持久化", "persistence", true },
    { "TA0111", "privilege escalation", "权限提升", "privilege-escalation", true },
    { "TA0103", "evasion", "规避", "evasion", true },
    { "TA0102", "discovery", "发现", "discovery", true },
    { "TA0109", "lateral movement", "横向移动", "lateral-movement", true },
    { "TA0100", "collection", "收集", "collection", true },
    { "TA0101", "command and control", "命令与控制", "command-and-control", true },
    { "TA0107", "inhibit response function", "抑制响应功能", "inhibit-response-function", true },
    { "TA0106", "impair process control", "损害过程控制", "impair-process-control", true },
    { "TA0105", "impact", "影响", "impact", true },
};

const struct tactic *tactic_of(const char *id)
{
    for (size_t i = 0; i < sizeof tactics / sizeof tactics[0]; i++)
        if (strcmp(tactics[i].id, id) == 0)
            return &tactics[i];
    return NULL;
}
