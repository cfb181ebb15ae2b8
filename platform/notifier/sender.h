/* sender - a thread for each target: takes from the outbox, sends, says how it went. */
#ifndef NOTIFIER_SENDER_H
#define NOTIFIER_SENDER_H

#include "notifier/send.h"

struct senders;

/* Starts one thread for each target. All is borrowed until senders_stop(). NULL with a fault. */
struct senders *senders_start(struct outbox *o, const struct target *targets, size_t count, const struct exchange_house *house,
                              uint64_t timeout_us, struct fault *f);

/* Stops the outbox and waits for what is being sent, at most the time-out and the resolver's. */
void senders_stop(struct senders *s);

#endif
