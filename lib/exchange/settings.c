#include "exchange/settings.h"

#define AT(member) offsetof(struct exchange_settings, member)
static const struct setting rows[] = {
    { "name_zh", SETTING_TEXT, AT(name_zh), "烽燧网络安全平台", 0, 0, NULL, "Who issues what is sent or exported, in Chinese" },
    { "name_en", SETTING_TEXT, AT(name_en), "Fengsui network security platform", 0, 0, NULL, "The same in English" },
    { "domain", SETTING_TEXT, AT(domain), "fengsui.invalid", 0, 0, NULL,
      "Domain name of who issues: it makes identifiers unique in the world, so it should never change" },
    { "contact", SETTING_TEXT, AT(contact), "", 0, 0, NULL, "Mail address for questions; empty for none" },
    { "tlp", SETTING_CHOICE, AT(tlp), "amber", 0, 0, tlp_names, "Traffic Light Protocol 2.0 marking of what is sent or exported" },
};

struct settings_section exchange_section(struct exchange_settings *into)
{
    return (struct settings_section){ "exchange", rows, sizeof rows / sizeof rows[0], into };
}

struct exchange_house exchange_house_of(const struct exchange_settings *s)
{
    return (struct exchange_house){ s->name_zh, s->name_en, s->domain, s->contact, (enum tlp)s->tlp };
}
