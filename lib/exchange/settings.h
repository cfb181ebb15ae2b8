/* exchange/settings - the section "exchange" of fengsui.yaml: who sends, which every program that sends or exports says. */
#ifndef EXCHANGE_SETTINGS_H
#define EXCHANGE_SETTINGS_H

#include "common/settings.h"
#include "exchange/exchange.h"

struct exchange_settings {
    char *name_zh, *name_en, *domain, *contact;
    int   tlp;
};

/* { "exchange", rows, count, into } */
struct settings_section exchange_section(struct exchange_settings *into);

/* Borrows the settings' texts. */
struct exchange_house exchange_house_of(const struct exchange_settings *s);

#endif
