/* A drill that is told in a few words: its injects, the incidents with what people did about them, the alerts in them. Times are
 * minutes past the start, 2026-11-20T12:00Z. */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/clock.h"
#include "ctl/score.h"

#define START UINT64_C(1795176000000000)        /* 2026-11-20T12:00:00Z */
#define MINUTE UINT64_C(60000000)

static const char *at(double minute)
{
    static char room[16][CLOCK_TEXT_MAX];
    static unsigned turn;
    char *out = room[turn++ % 16];
    clock_text((uint64_t)((double)START + minute * (double)MINUTE), out);
    return out;
}

/* The injects are members of an object, with times written as @MINUTE@. */
static const char *timed(const char *text)
{
    static char room[8][8192];
    static unsigned turn;
    char *out = room[turn++ % 8], *to = out;
    for (const char *p = text; *p != '\0';) {
        if (*p != '@') {
            *to++ = *p++;
            continue;
        }
        char *end;
        double minute = strtod(p + 1, &end);
        to += sprintf(to, "%s", at(minute));
        p = end + 1;
    }
    *to = '\0';
    return out;
}

static void drill_begins(struct facts *f, const char *injects, const char *more, double as_of)
{
    static char json[32768];
    struct fault why = { 0 };
    int n = snprintf(json, sizeof json, "{\"event_type\":\"drill\",\"status\":\"exercise\",\"drill\":{\"id\":\"D-430100-20261120-aaaaaaaa\","
                     "\"title\":\"t\",\"state\":\"stopped\",\"regions\":[\"430100\"],\"started_at\":\"%s\",\"stopped_at\":\"%s\",\"injects\":{%s}%s}}",
                     at(0), at(60), timed(injects), timed(more));
    if (facts_drill(f, json, (size_t)n, as_of != 0 ? START + (uint64_t)(as_of * (double)MINUTE) : 0, &why) != 0)
        fail_msg("%s", why.why);
}

/* "triage 3 new>triaged; contain 9 handling>contained", and an argument behind: "merge 5 new>new I-2". */
static void history_of(const char *words, char out[4096])
{
    char copy[1024], command[32], from[32], to[32], part[64], *rest = copy, *to_out = out;
    snprintf(copy, sizeof copy, "%s", words);
    *out = '\0';
    for (char *one; (one = strsep(&rest, ";")) != NULL;) {
        double minute;
        *part = '\0';
        if (sscanf(one, " %31s %lf %31[^>]>%31s %63s", command, &minute, from, to, part) < 4)
            continue;
        to_out += sprintf(to_out, "%s{\"at\":\"%s\",\"who\":\"ann\",\"role\":\"analyst\",\"command\":\"%s\",\"from\":\"%s\",\"to\":\"%s\","
                          "\"args\":{\"part\":\"%s\",\"other\":\"%s\"}}", to_out == out ? "" : ",", at(minute), command, from, to, part, part);
    }
}

static int incident_is_told(struct facts *f, const char *id, double detected, const char *history, const char *more)
{
    static char json[16384], entries[4096];
    struct fault why = { 0 };
    history_of(history, entries);
    int n = snprintf(json, sizeof json, "{\"event_type\":\"incident\",\"status\":\"exercise\",\"incident\":{\"id\":\"%s\",\"region\":\"430102\","
                     "\"state\":\"new\",\"first\":\"%s\",\"last\":\"%s\",\"detected_at\":\"%s\",\"history\":[%s]%s}}", id, at(-600), at(600), at(detected),
                     entries, more);
    int rc = facts_incident(f, json, (size_t)n, &why);
    if (rc < 0)
        fail_msg("%s", why.why);
    return rc;
}

struct told_alert { double minute; const char *src, *dest, *tactic, *sensor, *status; uint32_t sid; };

static int alert_is_told(struct facts *f, size_t incident, struct told_alert t)
{
    static unsigned number;
    char id[32];
    struct fault why;
    snprintf(id, sizeof id, "s:1:%u", ++number);
    struct alert_view a = { .id = id, .status = t.status ? t.status : "exercise", .sensor = t.sensor ? t.sensor : "s",
                            .src_ip = t.src ? t.src : "198.51.100.7", .dest_ip = t.dest ? t.dest : "10.0.0.1", .tactic = t.tactic ? t.tactic : "",
                            .sid = t.sid, .time_us = START + (uint64_t)(int64_t)(t.minute * (double)MINUTE) };
    return facts_alert(f, incident, &a, &why);
}
#define ALERT_IS_TOLD(f, incident, ...) alert_is_told(f, incident, (struct told_alert){ __VA_ARGS__ })

static int notice_is_told(struct facts *f, const char *id, const char *about, double sign_by, double answer_by, const char *history, const char *more)
{
    static char json[16384], entries[4096];
    struct fault why = { 0 };
    history_of(history, entries);
    int n = snprintf(json, sizeof json, "{\"event_type\":\"notice\",\"status\":\"exercise\",\"notice\":{\"id\":\"%s\",\"incidents\":[\"%s\"],"
                     "\"sign_by\":\"%s\",\"feedback_by\":\"%s\",\"history\":[%s]%s}}", id, about, at(sign_by), at(answer_by), entries, timed(more));
    int rc = facts_notice(f, json, (size_t)n, &why);
    if (rc < 0)
        fail_msg("%s", why.why);
    return rc;
}

#endif
