/* render - the model as a page and as data. Both say the same figures: neither counts anything. */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include <stdio.h>

#include "report/model.h"

/* One self-contained page (no script, nothing fetched), Chinese and English behind a switch; prints well on A4. */
void render_html(const struct model *m, FILE *out);
void render_json(const struct model *m, FILE *out);

#endif
