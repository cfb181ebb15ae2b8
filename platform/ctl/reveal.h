/* reveal - the decision 调阅明文 that stands before clear text: a command `reveal` of the matter's kind, with a role and a reason.
 *
 * The correlator applies it or refuses it, as the kind's table says, and the matter's next version says who, why and when. Only
 * when that version is in the archive, and so in its chain, is the matter to be shown; and the system's log has it, too.
 * Whoever can read the archive's files needs no leave of ours: their rights and the unit's sandbox are what holds there.
 */
#ifndef CTL_REVEAL_H
#define CTL_REVEAL_H

#include "bus/settings.h"
#include "common/cli.h"

struct reveal {
    const char *id, *why, *role;
    const char *scope;          /* region that one may act in; NULL: the id's */
    const char *store;          /* as archive_open() takes it */
    uint64_t    wait_s;         /* for the answer, and then for the archive */
};

/* 0: it may be shown now. Else an exit code after a sentence, and nothing is to be shown. */
int reveal(const struct cli *cli, const struct reveal *r, const struct bus_settings *bus);

#endif
