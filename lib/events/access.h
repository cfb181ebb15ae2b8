/* access - what a message does to the device it is sent to, in one vocabulary for all industrial protocols: the word that
 * policies, rules (`modbus.access:write;`) and people use. The protocol's own function stands beside it.
 *
 * Source  MITRE ATT&CK for ICS tells these apart by their consequence: T0836 modify parameter (write), T0855 unauthorized command
 *         (control), T0843 program download, T0845 program upload, T0816 device restart, T0858 change operating mode (stop), ...
 */
#ifndef EVENTS_ACCESS_H
#define EVENTS_ACCESS_H

#include "events/field.h"

enum access {
    ACCESS_OTHER,           /* not told by the standard: vendor's functions */
    ACCESS_REPORT,          /* the device tells values by itself: spontaneous, cyclic, published */
    ACCESS_READ,
    ACCESS_WRITE,           /* values that the process or its controller works with; also read and write in one */
    ACCESS_CONTROL,         /* operates something: breaker, valve, output, program start */
    ACCESS_STOP,            /* takes a device or its program out of service: stop, listen only, communication off */
    ACCESS_RESTART,
    ACCESS_PROGRAM,         /* control logic or firmware into the device, or away from it */
    ACCESS_UPLOAD,          /* control logic out of the device */
    ACCESS_CONFIGURE,       /* parameters of the device itself: address, password, mode, reporting */
    ACCESS_SET_TIME,
    ACCESS_FILE,            /* files other than control logic */
    ACCESS_IDENTIFY,        /* who are you: model, firmware, name */
    ACCESS_BROWSE,          /* what do you have: objects, tags, directories */
    ACCESS_DIAGNOSE,        /* counters, event logs, loop-back */
    ACCESS_SUBSCRIBE,       /* asks that values be reported */
    ACCESS_AUTHENTICATE,
    ACCESS_SESSION,         /* opens, keeps and closes conversations */
    ACCESS_TUNNEL           /* carries another protocol through the device */
};
extern const struct field_name access_names[];
const char *access_name(enum access a);         /* "write" */

/* The row of `access`: [ROW] = { ACCESS_FIELD }. */
#define ACCESS_FIELD .name = "access", .means = MEANS_ACCESS, .names = access_names, \
                     .about = "What the message does to the device: the word for policies."

#endif
