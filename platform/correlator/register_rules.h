/* register_rules - what units and assets have in common when they are written down. For their effects alone. */
#ifndef CORRELATOR_REGISTER_RULES_H
#define CORRELATOR_REGISTER_RULES_H

#include "correlator/act.h"

/* The fields that the argument `clear` names are empty from now on; only those of the list may be. */
int register_clear(struct act *a, const char *may);

/* Sector and district are words of the lists, where there are lists, and the district lies in the stream's region. */
int register_words(struct act *a);

#endif
