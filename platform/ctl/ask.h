/* ask - one decision of whoever sits here, posted to the correlator, and what became of it. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "bus/settings.h"
#include "common/cli.h"
#include "events/command.h"

/* Rooms for what a command borrows. */
struct asker { char id[COMMAND_ID_MAX], who[WHO_MAX]; };

/* Who sits here (the user of the operating system), when, and unless .id is given an id that nobody else chooses: host, user,
 * moment. 0 or a negative errno with a sentence. */
int ask_identify(struct command *c, struct asker *room, struct fault *f);

/* Posts it and waits. 1: answered, the answer is the caller's; 0: no answer yet, the command stands in the stream and will be
 * applied once; or a negative errno with a sentence. */
int ask(const struct command *c, const struct bus_settings *bus, uint64_t wait_s, struct answer *out, struct fault *f);

/* Says why not, in both languages; gives the exit code: EX_NOPERM when it is about who asks, EX_TEMPFAIL when somebody has
 * decided since, else EX_DATAERR. */
int ask_refused(const struct cli *cli, const struct answer *a);

/* The exit code for a negative errno of ask(). */
int ask_failed(const struct cli *cli, int rc, const struct fault *f);

#endif
