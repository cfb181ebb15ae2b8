/* message - what goes to a target in one piece: one thing in the target's form, or several summed up.
 *
 * Key        names the content for the receiver, who may get it twice: "I-430100-20261121-7k3m9qd2.3", or "sum-" and a digest of
 *            what is summed up. Letters, digits, dots, - and _ alone, so it is a file's name and a header too.
 * Summing    forms that hold several things (stix, iodef, gbt36643, csv) hold them; json is {"event_type":"summary","count":..,
 *            "things":[events]}; text is a line for each.
 * Ownership  the body and things belong to the message until message_free().
 */
#ifndef NOTIFIER_MESSAGE_H
#define NOTIFIER_MESSAGE_H

#include "notifier/outbox.h"

enum { MESSAGE_KEY_MAX = 96, MESSAGE_SUBJECT_MAX = 400 };

struct message {
    char          key[MESSAGE_KEY_MAX], subject[MESSAGE_SUBJECT_MAX];
    const char   *media, *suffix;
    char         *body;
    size_t        len;
    struct thing *things;
    size_t        count;
    unsigned      gravity;          /* of the gravest; 0 none has one */
};

int message_make(const struct target *t, const struct exchange_house *house, struct item *const *items, size_t count, struct message *out,
                 struct fault *f);
void message_free(struct message *m);

#endif
