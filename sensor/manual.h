/* manual - pages that are made from the tables: docs/events.md, --build-info. */
#ifndef SENSOR_MANUAL_H
#define SENSOR_MANUAL_H

#include <stdio.h>

/* Markdown: what every event has, then each schema's fields with type, unit, names, keywords and sentence. */
void manual_events(FILE *out);

/* Versions of the libraries this program was built with. */
void manual_build(FILE *out);

#endif
