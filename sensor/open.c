/* What a run needs open before its first packet, and the rights given up in between. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/rights.h"
#include "common/clock.h"
#include "sensor.h"

int sensor_exit_code(int code)
{
    switch (code) {
    case -ENOENT: case -ENODEV: case -ENXIO: return EX_NOINPUT;
    case -EACCES: case -EPERM:               return EX_NOPERM;
    case -ENOMEM:                            return EX_OSERR;
    case -EDOM:                              return EX_USAGE;       /* a filter that is none */
    case -EBADMSG: case -EINVAL: case -ENODATA: return EX_DATAERR;
    default:                                 return EX_IOERR;
    }
}

/* A damaged file or a lost interface: said, remembered for the exit code, and the others go on. A file that ends inside a
 * frame is no failure: it was read to its end, as the captures are that somebody still writes to. */
void sensor_note(struct sensor *s, const struct fault *f)
{
    int none = 0;
    if (f->code == -ENODATA && s->running > 0) {
        log_warning("%s", f->why);
        return;
    }
    log_error("%s", f->why);
    atomic_compare_exchange_strong(&s->result, &none, sensor_exit_code(f->code));
}

int sensor_open_knowledge(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct rules_report report;
    if ((s->places = places_open(set->countries, set->assets, f)) == NULL)
        return f->code;
    if (indicators_open(s, f) < 0)
        return f->code;
    if (set->behaviour && *set->policy != '\0' && (s->policy = policy_load(set->policy, f)) == NULL)
        return f->code;
    if (set->behaviour && set->inventory && (s->knowledge = knowledge_load(set->makers, set->weaknesses, f)) == NULL)
        return f->code;
    if (s->learn != NULL && !s->cli.check && ((s->learned = fopen(s->learn, "we")) == NULL))
        return fault_set(f, -errno, "%s: %s", s->learn, strerror(errno));
    if (s->learn != NULL && (s->learner = learner_new(clock_offset_s(), f)) == NULL)
        return f->code;
    uint64_t before_us = clock_steady_us();
    int rc = ruleset_read(s, NULL, &s->rules, &report, f);
    if (rc == 0)
        log_info("%zu rules loaded in %.2f s, %" PRIu64 " refused; %zu assets, %zu indicators", rules_count(s->rules),
                 (double)(clock_steady_us() - before_us) / 1e6, report.refused, places_assets(s->places),
                 (size_t)indicators_counts(s->indicators)->known);
    return rc;
}

int sensor_folder(const char *path, struct fault *f)
{
    char step[4096];
    if (strlen(path) >= sizeof step)
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", path);
    strcpy(step, path);
    for (char *at = step + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(step, 0750);
        *at = '/';
    }
    if (mkdir(step, 0750) < 0 && errno != EEXIST)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    return 0;
}

int sensor_open_publisher(struct sensor *s, unsigned lanes, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct publish_settings p = {
        .redis = text_or_null(s->config.bus.redis), .redis_user = text_or_null(s->config.bus.user),
        .redis_password = text_or_null(s->config.bus.password), .region = set->region, .sensor = set->name,
        .spool_dir = set->spool, .spool_bytes_max = set->spool_bytes, .segment_bytes = set->segment_bytes,
        .ring_bytes = set->ring_bytes, .fsync_every_us = set->fsync_every_us, .json_path = s->json,
        .wait_when_full = s->read != NULL,
    };
    s->publisher = publisher_open(&p, lanes, f);
    return s->publisher != NULL ? 0 : f->code;
}

int sensor_open_evidence(struct sensor *s, unsigned workers, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct evidence_settings e = {
        .dir = set->evidence, .sensor = set->name, .epoch = publisher_epoch(s->publisher),
        .memory_bytes = set->evidence_memory, .packets_max = set->evidence_packets, .file_bytes_max = set->evidence_file,
        .per_second = set->evidence_per_second, .disk_bytes_max = set->evidence_disk, .age_max_us = set->evidence_age_us,
    };
    s->evidence = evidence_open(&e, workers, f);
    return s->evidence != NULL ? 0 : f->code;
}

int sensor_open_live(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    for (size_t i = 0; i < set->interfaces.count; i++) {
        struct live_plan live = {
            .interface = set->interfaces.items[i], .filter = s->filter, .snaplen = (uint32_t)set->snaplen,
            .buffer_bytes = set->capture_buffer, .promiscuous = set->promiscuous, .fanout = set->workers > 1,
            .fanout_group = (uint16_t)(getpid() + (int)i),
        };
        for (uint64_t k = 0; k < set->workers; k++)
            if ((s->sources[s->source_count++] = source_live(&live, f)) == NULL)
                return f->code;
    }
    return 0;
}

/* The first file is opened now, so that a wrong name or filter ends the program before anything starts. */
int sensor_open_files(struct sensor *s, struct fault *f)
{
    if (source_list(s->read, s->recursive, &s->files, f) < 0)
        return f->code;
    if (s->files.count == 0)
        return fault_set(f, -ENOENT, "%s: the folder holds no files", s->read);
    s->source_count = 1;
    s->sources[0] = source_file(s->files.paths[0], s->filter, f);
    if (s->sources[0] == NULL && s->files.count == 1)
        return f->code;
    if (s->sources[0] == NULL)
        sensor_note(s, f);
    return 0;
}

int sensor_open_workers(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    for (size_t i = 0; i < s->source_count; i++) {
        struct worker_plan *plan = &s->plans[i / set->workers];
        *plan = (struct worker_plan){ .settings = set, .places = s->places, .intel = indicators_set(s->indicators), .policy = s->policy, .learner = s->learner, .knowledge = s->knowledge,
                                      .publisher = s->publisher, .evidence = s->evidence, .stop = s->stop,
                                      .interface = s->read ? NULL : set->interfaces.items[i / set->workers] };
        struct worker *w = worker_new(plan, (unsigned)i, s->rules, f);
        if (w == NULL)
            return f->code;
        if ((s->explains || s->profiles) && detect_watch(w->detect) < 0)
            return fault_set(f, -ENOMEM, "no memory to count %zu rules", rules_count(s->rules));
        w->source = s->sources[i];
        s->sources[i] = NULL;
        s->workers[s->worker_count++] = w;
    }
    return 0;
}

enum { DATASETS_MAX = 256, READABLE_MAX = CLI_SET_MAX * 2 + 16 + DATASETS_MAX };

struct readable {               /* paths that stay within reach */
    const char *at[READABLE_MAX + 1];
    char       *owned[READABLE_MAX + 1];
    size_t      count, owned_count;
};

static void keep_readable(struct readable *r, const char *path)
{
    if (path != NULL && r->count < READABLE_MAX && access(path, R_OK) == 0)
        r->at[r->count++] = path;
}

/* What is read again may by then be another file under the same name, as editors and updaters write them: its folder has to be
 * within reach, not that one file. */
static void keep_for_again(struct readable *r, const char *path)
{
    struct stat st;
    if (path == NULL || r->count == READABLE_MAX || access(path, R_OK) < 0 || stat(path, &st) < 0)
        return;
    char *copy = S_ISDIR(st.st_mode) ? NULL : strdup(path);
    if (copy != NULL)
        r->owned[r->owned_count++] = copy;
    r->at[r->count++] = copy != NULL ? dirname(copy) : path;
}

static void keep_rules(struct readable *r, const struct sensor *s)
{
    const struct sensor_settings *set = &s->config.sensor;
    const char *beside[DATASETS_MAX];
    keep_for_again(r, s->rules_only);
    keep_for_again(r, text_or_null(set->classification));
    keep_for_again(r, text_or_null(set->rules_limits));
    keep_for_again(r, text_or_null(set->categories));
    for (size_t i = 0; i < set->ratings.count; i++)
        keep_for_again(r, set->ratings.items[i]);
    for (size_t i = 0; i < set->rules.count; i++)
        keep_for_again(r, set->rules.items[i]);
    for (size_t i = 0; i < s->rules_more_count; i++)
        keep_for_again(r, s->rules_more[i]);
    size_t paths = rules_paths(s->rules, beside, DATASETS_MAX);
    for (size_t i = 0; i < paths; i++)
        keep_for_again(r, beside[i]);
}

/* What is still to be read and written after the rights are gone: everything that is read again, and the outlets. */
int sensor_drop_rights(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct readable read = { .count = 0 };
    const char *write[6];
    size_t writable = 0;
    char *json = s->json != NULL && strcmp(s->json, "-") != 0 ? strdup(s->json) : NULL;
    char *state = s->read == NULL && *set->intel_state != '\0' ? strdup(set->intel_state) : NULL;
    keep_readable(&read, s->read);
    keep_readable(&read, "/etc");
    keep_readable(&read, "/usr/share/zoneinfo");
    keep_rules(&read, s);
    if (json != NULL)
        write[writable++] = dirname(json);
    if (*s->config.bus.redis != '\0')
        write[writable++] = set->spool;
    if (*set->rules_cache != '\0')
        write[writable++] = set->rules_cache;
    if (*set->evidence != '\0')
        write[writable++] = set->evidence;
    if (state != NULL)
        write[writable++] = dirname(state);
    write[writable] = NULL;
    struct rights_plan plan = { .user = text_or_null(set->user), .read = read.at, .write = write,
                                .confine_files = set->sandbox, .confine_calls = set->sandbox };
    int rc = rights_drop(&plan, f);
    for (size_t i = 0; i < read.owned_count; i++)
        free(read.owned[i]);
    free(json);
    free(state);
    return rc;
}
