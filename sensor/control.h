/* control - a Unix socket by which whoever may open it speaks to the running sensor: `fengsui sensor reload`.
 *
 * Shape    one line in, an answer of lines out, then the sensor hangs up. Words: `reload` reads the rules again (ruleset.c) and
 *          answers with each refusal as file:line:column and what is in force; `status` says what is in force and how much was seen.
 *          The last line begins with "ok" or "error".
 * Rights   the socket is made before they are dropped, mode 0600, and belongs to the user that the sensor becomes. Nobody but
 *          that user and root can connect. It stays behind at the end, and the next start takes its place.
 * Limits   one caller at a time; a line of CONTROL_LINE_MAX bytes, of which no more than CONTROL_HEARD_MAX are read; an answer of CONTROL_ANSWER_MAX bytes, what does not fit is
 *          counted in it; a caller that is silent or does not read for CONTROL_PATIENCE_US is hung up on.
 * Threads  the main thread's. Nothing here blocks but a reload itself; workers go on with the old rules meanwhile.
 */
#ifndef SENSOR_CONTROL_H
#define SENSOR_CONTROL_H

#include "common/fault.h"
#include "common/text.h"

enum { CONTROL_LINE_MAX = 128, CONTROL_HEARD_MAX = 4096, CONTROL_ANSWER_MAX = 64 * 1024, CONTROL_PATIENCE_US = 2000000 };

/* Answers one line, without its end. `say` has room for more than any one sentence. */
typedef void control_answer(void *ctx, const char *line, struct text *say);

struct control;
/* Listens at `path`, as `user` (NULL or "": as whoever we are). NULL: fault. */
struct control *control_open(const char *path, const char *user, control_answer *answer, void *ctx, struct fault *f);
void control_close(struct control *c);                  /* NULL is harmless */

/* Goes on with whatever is to be done, at `now_us` of a steady clock. */
void control_turn(struct control *c, uint64_t now_us);

#endif
