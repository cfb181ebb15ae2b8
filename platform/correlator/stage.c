#include "correlator/stage.h"

#include <string.h>
#include <strings.h>

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
