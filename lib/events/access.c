#include "events/access.h"

const struct field_name access_names[] = {
    { ACCESS_OTHER, "other" }, { ACCESS_REPORT, "report" }, { ACCESS_READ, "read" }, { ACCESS_WRITE, "write" },
    { ACCESS_CONTROL, "control" }, { ACCESS_STOP, "stop" }, { ACCESS_RESTART, "restart" }, { ACCESS_PROGRAM, "program" },
    { ACCESS_UPLOAD, "upload" }, { ACCESS_CONFIGURE, "configure" }, { ACCESS_SET_TIME, "set_time" }, { ACCESS_FILE, "file" },
    { ACCESS_IDENTIFY, "identify" }, { ACCESS_BROWSE, "browse" }, { ACCESS_DIAGNOSE, "diagnose" },
    { ACCESS_SUBSCRIBE, "subscribe" }, { ACCESS_AUTHENTICATE, "authenticate" }, { ACCESS_SESSION, "session" },
    { ACCESS_TUNNEL, "tunnel" }, { 0, NULL }
};

const char *access_name(enum access a)
{
    const struct field row = { .names = access_names };
    return field_name_of(&row, a);
}
