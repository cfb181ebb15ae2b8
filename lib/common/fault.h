/* fault - an error with its reason, for whoever runs the program.
 *
 * Functions that can fail because of a file, a peer or the system return 0 or a negative
 * errno, and write one line for a human into a fault that the caller owns. Packets are not
 * faults: what is wrong with a packet is counted, never worded.
 */
#ifndef COMMON_FAULT_H
#define COMMON_FAULT_H

struct fault {
    int  code;          /* 0, or a negative errno */
    char why[320];      /* "rules/modbus.rules:12: unknown field `unit`" */
};

/* Writes the reason and gives the code back, so that it fits behind a return. */
__attribute__((format(printf, 3, 4)))
int fault_set(struct fault *f, int code, const char *fmt, ...);

#endif
