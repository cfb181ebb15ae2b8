#include "correlator/relay.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct relay {
    struct relay_settings settings;
    struct consumer    *consumer;
    const volatile int *stop;
    const char        **regions;        /* NULL-terminated; NULL: all that there are */
    pthread_t           thread;
    atomic_bool         ended;
    struct fault        why;            /* the thread's until it has ended */
    int                 rc;
    char                group[sizeof GROUP_PARENT + STREAM_REGION_MAX];
};

bool relay_is_child(const struct setting_list *children, const char *region)
{
    for (size_t i = 0; i < children->count; i++) {
        const char *child = children->items[i];
        size_t len = strlen(child);
        if (len > 0 && child[len - 1] == '*' ? strncmp(child, region, len - 1) == 0 : strcmp(child, region) == 0)
            return true;
    }
    return false;
}

int relay_batch(void *relay_settings, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    const struct relay_settings *s = relay_settings;
    size_t passed = 0;
    (void)f;
    for (size_t i = 0; i < count; i++) {
        const struct entry *e = &entries[i];
        if (strcmp(e->type, "incident") != 0 || (strcmp(e->region, s->parent) != 0 && !relay_is_child(s->children, e->region)))
            continue;
        consume_add(c, s->parent, STREAM_PARTS, e->id, e->type, e->json, e->json_len);
        passed++;
    }
    if (passed > 0)
        consume_meet(c, s->parent);
    return 0;
}

static void *run(void *relay)
{
    struct relay *r = relay;
    const struct consume_handler h = { .batch = relay_batch, .ctx = &r->settings };
    r->rc = consumer_run(r->consumer, &h, r->stop, &r->why);
    atomic_store(&r->ended, true);
    return NULL;
}

static bool has_pattern(const struct setting_list *children)
{
    for (size_t i = 0; i < children->count; i++)
        if (strchr(children->items[i], '*') != NULL)
            return true;
    return false;
}

/* Named children and the parent itself; with a pattern among them all regions are looked through. */
static int regions_list(struct relay *r, struct fault *f)
{
    const struct setting_list *children = r->settings.children;
    if (has_pattern(children))
        return 0;
    if ((r->regions = calloc(children->count + 2, sizeof *r->regions)) == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    for (size_t i = 0; i < children->count; i++)
        r->regions[i] = children->items[i];
    r->regions[children->count] = r->settings.parent;
    return 0;
}

static int check(const struct relay_settings *s, struct fault *f)
{
    if (!stream_region_fits(s->parent))
        return fault_set(f, -EINVAL, "correlator.region: with children it has to be a region's code, not \"%.20s\"", s->parent);
    for (size_t i = 0; i < s->children->count; i++)
        if (strcmp(s->children->items[i], s->parent) == 0 || *s->children->items[i] == '\0')
            return fault_set(f, -EINVAL, "correlator.children: \"%.20s\" is no child of %s", s->children->items[i], s->parent);
    return 0;
}

static int open_and_run(struct relay *r, struct fault *f)
{
    static const enum stream streams[] = { STREAM_INCIDENTS };
    const struct relay_settings *s = &r->settings;
    sigset_t all, before;
    int rc = check(s, f);
    if (rc < 0 || (rc = regions_list(r, f)) < 0)
        return rc;
    snprintf(r->group, sizeof r->group, "%s%s", GROUP_PARENT, s->parent);
    struct consume_settings c = { .redis = s->redis, .redis_user = s->redis_user, .redis_password = s->redis_password, .group = r->group,
                                  .name = s->name, .streams = streams, .stream_count = 1, .regions = r->regions, .batch = s->batch,
                                  .block_us = s->block_us, .claim_idle_us = s->claim_idle_us };
    if ((r->consumer = consumer_open(&c, f)) == NULL)
        return f->code;
    sigfillset(&all);           /* signals are the main thread's */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    rc = pthread_create(&r->thread, NULL, run, r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : fault_set(f, -rc, "no thread for the children's incidents: %s", strerror(rc));
}

static void relay_free(struct relay *r)
{
    if (r->consumer != NULL)
        consumer_close(r->consumer);
    free(r->regions);
    free(r);
}

int relay_start(struct relay **out, const struct relay_settings *s, const volatile int *stop, struct fault *f)
{
    *out = NULL;
    if (s->children->count == 0)
        return 0;
    struct relay *r = calloc(1, sizeof *r);
    if (r == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    r->settings = *s;
    r->stop = stop;
    int rc = open_and_run(r, f);
    if (rc < 0) {
        relay_free(r);
        return rc;
    }
    *out = r;
    return 0;
}

bool relay_ended(const struct relay *r)
{
    return r != NULL && atomic_load(&r->ended);
}

int relay_join(struct relay *r, struct fault *f)
{
    if (r == NULL)
        return 0;
    pthread_join(r->thread, NULL);
    int rc = r->rc < 0 ? fault_set(f, r->rc, "children's incidents: %s", r->why.why) : 0;
    relay_free(r);
    return rc;
}
