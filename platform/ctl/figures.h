/* figures - what correlators and notifiers last told of themselves: how much they have seen, and what they forgot or could not use. */
#ifndef CTL_FIGURES_H
#define CTL_FIGURES_H

#include "bus/settings.h"
#include "common/fault.h"

/* One block each on standard output; zeros are left out. 0 or a negative errno. */
int figures_print(const struct bus_settings *bus, struct fault *f);

#endif
