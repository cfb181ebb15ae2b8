/* up - the whole platform on one machine, below one folder: for a first look, for drills, for tests. */
#ifndef CTL_UP_H
#define CTL_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/fault.h"

struct up_plan {
    const char *dir;            /* everything lives below it: redis/ spool/ archive/ log/ report/ fengsui.yaml */
    const char *programs;       /* folder of the programs */
    const char *share;          /* folder with rules/ and deploy/ */
    const char *web;            /* folder of the built page */
    const char *config;         /* settings over those that `up` writes, or NULL */
    const char *exercise;       /* folder of captures and sensors.csv to play, or NULL */
    uint64_t    port;           /* of the console, on 127.0.0.1 */
    bool        leave;          /* end when everything has arrived, instead of waiting for Ctrl-C */
};

/* Until Ctrl-C, or until a program ends by itself. Gives the exit code. */
int up_run(const struct up_plan *plan, const volatile int *stop);

#endif
