/* bus/settings - the section "bus" of fengsui.yaml, which every program reads: where Redis is. */
#ifndef BUS_SETTINGS_H
#define BUS_SETTINGS_H

#include "common/settings.h"

struct bus_settings {
    char *redis;                /* "unix:/run/redis/redis.sock", "tcp:127.0.0.1:6379"; "" no Redis */
    char *user, *password;      /* ACL; "" none */
};

extern const struct setting bus_setting_rows[];
extern const size_t bus_setting_count;

/* { "bus", rows, count, into } */
struct settings_section bus_section(struct bus_settings *into);

#endif
