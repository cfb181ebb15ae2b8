#include "notifier/sender.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"

struct sender {
    const struct senders *all;
    const struct target  *target;
    size_t    place;
    pthread_t thread;
    bool      running, away;        /* away: it was said that the target does not answer */
};

struct senders {
    struct outbox *outbox;
    const struct exchange_house *house;
    uint64_t       timeout_us;
    char           host[256];
    size_t         count;
    struct sender  each[TARGETS_MAX];
};

/* Once when it goes away; refusals one by one, since each is about another message. */
static void say(struct sender *s, const struct message *m, enum sent sent, const char *why)
{
    if (sent == SENT_REFUSED)
        log_warning("%s: %s is refused: %s; tried again later", s->target->name, m->key, why);
    else if (sent == SENT_LATER && !s->away)
        log_warning("%s: %s; tried again until it works", s->target->name, why);
    s->away = sent == SENT_LATER;
}

static void send_batch(struct sender *s, struct item *const *batch, size_t count)
{
    struct message m;
    struct fault f = { 0 };
    uint64_t wait_us = 0;
    enum sent sent = SENT_REFUSED;
    if (message_make(s->target, s->all->house, batch, count, &m, &f) == 0) {
        struct sending sending = { s->target, s->all->house, &m, s->all->timeout_us, clock_wall_us(), s->all->host };
        sent = send_message(&sending, &wait_us, &f);
        say(s, &m, sent, f.why);
        message_free(&m);
    } else {
        log_warning("%s: %s cannot be written: %s", s->target->name, batch[0]->thing, f.why);
    }
    outbox_done(s->all->outbox, s->place, batch, count, sent, wait_us, clock_steady_us());
}

static void *work(void *sender)
{
    struct sender *s = sender;
    struct item *batch[OUTBOX_BATCH_MAX];
    size_t count;
    while (outbox_wait(s->all->outbox, s->place, batch, &count))
        send_batch(s, batch, count);
    return NULL;
}

struct senders *senders_start(struct outbox *o, const struct target *targets, size_t count, const struct exchange_house *house,
                              uint64_t timeout_us, struct fault *f)
{
    struct senders *s = calloc(1, sizeof *s);
    if (s == NULL) {
        fault_set(f, -ENOMEM, "no memory for the senders");
        return NULL;
    }
    *s = (struct senders){ .outbox = o, .house = house, .timeout_us = timeout_us, .count = count };
    if (gethostname(s->host, sizeof s->host - 1) != 0)
        strcpy(s->host, "-");
    for (size_t i = 0; i < count; i++) {
        s->each[i] = (struct sender){ .all = s, .target = &targets[i], .place = i };
        int rc = pthread_create(&s->each[i].thread, NULL, work, &s->each[i]);
        if (rc != 0) {
            fault_set(f, -rc, "no thread for %s: %s", targets[i].name, strerror(rc));
            senders_stop(s);
            return NULL;
        }
        s->each[i].running = true;
    }
    return s;
}

void senders_stop(struct senders *s)
{
    if (s == NULL)
        return;
    outbox_stop(s->outbox);
    for (size_t i = 0; i < s->count; i++)
        if (s->each[i].running)
            pthread_join(s->each[i].thread, NULL);
    free(s);
}
