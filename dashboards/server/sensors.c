#include "dashboards/server/sensors.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/text.h"

struct sensor {
    char     region[SENSOR_REGION_MAX], name[SENSOR_NAME_MAX];
    char    *json;              /* well-formed, or NULL */
    size_t   len;
    uint64_t seen_us;
    bool     replayed;          /* it read a file to its end: there is nothing more to hear, and nobody to miss */
};

struct sensors {
    uint64_t       silent_us, left_out;
    struct sensor *at;          /* sorted by region, then name */
    size_t         count;
};

struct sensors *sensors_new(uint64_t silent_us)
{
    struct sensors *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->silent_us = silent_us;
    s->at = calloc(SENSORS_MAX, sizeof *s->at);
    if (s->at == NULL) {
        free(s);
        return NULL;
    }
    return s;
}

void sensors_free(struct sensors *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->at[i].json);
    free(s->at);
    free(s);
}

/* Where it is, or where it belongs. */
static size_t place(const struct sensors *s, const char *region, const char *name, bool *found)
{
    size_t low = 0, high = s->count;
    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->at[middle].region, region);
        if (order == 0)
            order = strcmp(s->at[middle].name, name);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
        *found = order == 0;
    }
    return high;
}

static struct sensor *sensor_of(struct sensors *s, const char *region, const char *name)
{
    bool found;
    size_t at = place(s, region, name, &found);
    if (found)
        return &s->at[at];
    if (s->count == SENSORS_MAX || strlen(region) >= SENSOR_REGION_MAX || strlen(name) >= SENSOR_NAME_MAX) {
        s->left_out++;
        return NULL;
    }
    memmove(&s->at[at + 1], &s->at[at], (s->count - at) * sizeof s->at[0]);
    s->count++;
    s->at[at] = (struct sensor){ 0 };
    strcpy(s->at[at].region, region);
    strcpy(s->at[at].name, name);
    return &s->at[at];
}

/* The sensor's own word for when it was, unless it is from the future. */
static uint64_t said_us(const json_t *heartbeat, uint64_t now_us)
{
    uint64_t us;
    const char *when = json_string_value(json_object_get(heartbeat, "time"));
    return when != NULL && clock_parse(when, &us) == 0 && us < now_us ? us : now_us;
}

void sensors_heard(struct sensors *s, const char *region, const char *name, const char *json, size_t len,
                   uint64_t now_us)
{
    struct sensor *one = sensor_of(s, region, name);
    if (one == NULL || (one->json != NULL && one->len == len && memcmp(one->json, json, len) == 0))
        return;
    json_t *heartbeat = len <= HEARTBEAT_MAX ? json_loadb(json, len, 0, NULL) : NULL;
    char *copy = json_is_object(heartbeat) ? malloc(len) : NULL;
    if (copy != NULL) {
        memcpy(copy, json, len);
        free(one->json);
        one->json = copy;
        one->len = len;
        one->seen_us = said_us(heartbeat, now_us);
        const char *state = json_string_value(json_object_get(heartbeat, "state"));
        one->replayed = state != NULL && strcmp(state, "replayed") == 0;
    }
    json_decref(heartbeat);
}

static bool is_up(const struct sensors *s, const struct sensor *one, uint64_t now_us)
{
    return one->seen_us != 0 && !one->replayed && now_us - one->seen_us < s->silent_us;
}

void sensors_count(const struct sensors *s, uint64_t now_us, size_t *up, size_t *all)
{
    *up = *all = 0;
    for (size_t i = 0; i < s->count; i++) {
        *up += is_up(s, &s->at[i], now_us);
        *all += !s->at[i].replayed;
    }
}

static void sensor_write(const struct sensors *s, const struct sensor *one, uint64_t now_us, FILE *out)
{
    char room[6 * (SENSOR_NAME_MAX + SENSOR_REGION_MAX) + 64], seen[CLOCK_TEXT_MAX] = "";
    struct text t = text_over(room, sizeof room);
    text_lit(&t, "{\"region\":\"");
    text_json(&t, one->region, strlen(one->region));
    text_lit(&t, "\",\"name\":\"");
    text_json(&t, one->name, strlen(one->name));
    fwrite(t.at, 1, t.len, out);
    if (one->seen_us != 0)
        clock_text(one->seen_us, seen);
    fprintf(out, "\",\"up\":%s,\"replayed\":%s,\"seen\":\"%s\",\"heartbeat\":", is_up(s, one, now_us) ? "true" : "false",
            one->replayed ? "true" : "false", seen);
    if (one->json != NULL)
        fwrite(one->json, 1, one->len, out);
    else
        fputs("null", out);
    fputc('}', out);
}

char *sensors_json(const struct sensors *s, uint64_t now_us, size_t *len)
{
    char *json = NULL;
    FILE *out = open_memstream(&json, len);
    if (out == NULL)
        return NULL;
    fputs("{\"sensors\":[", out);
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0)
            fputc(',', out);
        sensor_write(s, &s->at[i], now_us, out);
    }
    fprintf(out, "],\"left_out\":%llu}", (unsigned long long)s->left_out);
    fclose(out);
    return json;
}
