/* call - one word to a running sensor's control socket, and its answer on standard output. */
#ifndef CTL_CALL_H
#define CTL_CALL_H

#include "common/fault.h"

/* 0 when the answer's last line begins with "ok"; -EPROTO when the sensor refuses; another negative errno when nobody answers.
 * Each with a sentence. */
int call_sensor(const char *socket_path, const char *word, struct fault *f);

#endif
