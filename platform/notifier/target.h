/* target - somebody outside who is told: where, in which form, and of what. One line of the settings:
 *
 *     notifier:
 *       targets:
 *         soc:    "webhook https://soc.example.cn/in level=2 sign=hmac-sm3"
 *         duty:   "mail smtp://mail.example.cn:587 to=duty@example.cn from=fengsui@example.cn limit=20/10min"
 *         siem:   "syslog tls:siem.example.cn:6514 ca=/etc/fengsui/siem.pem status=actual,exercise"
 *         parent: "file /var/spool/fengsui/province form=stix region=430100"
 *
 * Words     form=     stix iodef cap gbt36643 csv json text  (json to webhooks and files, text to the others)
 *           things=   incident,warning,notice                (all)
 *           level=    1..4, or a level's or colour's name: at least so grave (4)
 *           region=   430100: it and its counties; 430000: the province (all)
 *           sector=   power,water (all)      unit= (all)
 *           status=   actual,exercise,test (actual alone: a drill goes out only where that is said)
 *           changes=  stand: when state, level, colour or a deadline changes (default); first: once; every: each version
 *           limit=    20/10min: at most so many messages in that time, the last of them sums up what waits (none; mail 20/10min)
 *           sign=     hmac-sha256 hmac-sm3, of webhooks that have a secret (hmac-sha256)
 *           to= from= of mail       ca= a file of certificates to trust beside the system's
 *           tls=no    mail and webhooks on a wire that needs none; otherwise they refuse to send in the clear
 * Secrets   are not here: notifier.secrets has them by the target's name.
 */
#ifndef NOTIFIER_TARGET_H
#define NOTIFIER_TARGET_H

#include "common/hash.h"
#include "common/settings.h"
#include "exchange/exchange.h"

enum { TARGETS_MAX = 32, TARGET_NAME_MAX = 32, TARGET_LIMIT_MAX = 1000 };

enum target_kind { TARGET_WEBHOOK, TARGET_MAIL, TARGET_SYSLOG, TARGET_FILE };
enum target_changes { CHANGES_STAND, CHANGES_FIRST, CHANGES_EVERY };

struct target {
    char  name[TARGET_NAME_MAX];        /* letters, digits, - and _ */
    enum target_kind kind;
    char  address[512];
    enum exchange_form form;
    unsigned things, statuses;          /* bits by enum thing_kind, enum event_status */
    unsigned gravity;                   /* at least so grave: LEAST_GRAVE lets all through, also what has no level */
    char  region[20];                   /* beginning of the code: "4301" */
    char  sectors[256], unit[128];      /* "" all */
    enum target_changes changes;
    unsigned limit;                     /* messages in limit_us; 0 none */
    uint64_t limit_us;
    enum hash_kind sign;
    char  to[512], from[128], ca[256];
    bool  plain;                        /* tls=no */
    const char *secret;                 /* borrowed from the settings; NULL none */
};

/* One line, "name=kind address words..." as a settings map has it. 0 or -EINVAL with a sentence. */
int target_parse(const char *entry, struct target *out, struct fault *f);

/* All of them, each with its secret. Gives how many, or a negative errno. */
int targets_read(const struct setting_list *targets, const struct setting_list *secrets, struct target out[TARGETS_MAX], struct fault *f);

/* Whether this is for the target: what it is, and that it is out. Not whether it was told before. */
bool target_wants(const struct target *t, const struct thing *thing);

/* What holds of a thing, as a short text: when it changes, who was told before is told again. */
enum { STAND_MAX = 160 };
void target_stand(const struct thing *thing, char out[STAND_MAX]);

#endif
