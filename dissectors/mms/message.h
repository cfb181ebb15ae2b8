/* message - one MMS PDU taken apart into a record, and the layers between transport and MMS.
 *
 * Looks at one message and fills a record; remembers nothing but what it is told.
 */
#ifndef DISSECTORS_MMS_MESSAGE_H
#define DISSECTORS_MMS_MESSAGE_H

#include "dissectors/mms/fields.h"

/* ---- upper.c: session, presentation, ACSE ---- */

enum { UPPER_PDUS_MAX = 16 };       /* presentation data values of one message that are looked at */

struct upper {
    uint8_t       spdu;             /* session: its SI; 1 data transfer */
    uint8_t       acse;             /* tag of the ACSE APDU; 0: none */
    bool          valid;            /* it did not contradict itself */
    unsigned      pdus;
    struct ber    pdu[UPPER_PDUS_MAX];      /* MMS PDUs in it */
};

/* Takes the layers off. ACSE's rows go into `r` unless it is NULL. False: no session of ours. */
bool upper_read(struct cursor message, struct record *r, struct upper *u);

/* Whether this is an MMS PDU, judged by its form alone. */
bool mms_convinces(const struct ber *pdu);

/* ---- service.c ---- */

struct mms_body {
    struct record *record;
    uint16_t       service;         /* enum mms_service */
    enum mms_pdu   pdu;
    struct cursor  body;            /* of the service, inside its tag */
    struct cursor  asked;           /* the variables that the request named: its VariableAccessSpecification; empty: not known */
    struct cursor  named;           /* of a request: the same, to be remembered */
    enum access    access;          /* filled by the service and then by what it is done to */
    enum mms_profile profile;       /* told by the names in it */
};

void mms_body_read(struct mms_body *b);
bool mms_service_known(uint16_t service);
enum access mms_service_access(uint16_t service);

/* ServiceError: class, code, description. */
void mms_error_read(struct record *r, struct cursor error);

/* ---- variable.c: names, values, results ---- */

struct mms_name { struct cursor domain, item; };

/* The names of a VariableAccessSpecification, one after another. */
struct mms_names { struct cursor left; };
struct mms_names mms_names_of(struct cursor specification);
bool mms_names_next(struct mms_names *n, struct mms_name *name, struct cursor *alternate);

bool mms_object_name(const struct ber *e, struct mms_name *name);
void mms_variable_begin(struct mms_body *b, const struct mms_name *name);       /* an item of variables */
void mms_variables_read(struct mms_body *b, struct cursor specification);       /* names without values */
void mms_results_read(struct mms_body *b, struct cursor names, struct cursor results);      /* AccessResults beside their names */
void mms_write_read(struct mms_body *b, struct cursor names, struct cursor data);
void mms_written_read(struct mms_body *b, struct cursor names);                 /* a write's response: `body` */
void mms_report_read(struct mms_body *b, struct cursor specification, struct cursor results);

/* ---- iec61850.c: what the names mean ---- */

struct iec61850_name {
    struct cursor    node, object;      /* "CSWI1", "Pos$Oper" */
    struct cursor    fc;                /* two letters, or empty: not of IEC 61850 */
    enum mms_control control;           /* 0: none */
};

void iec61850_name_read(const struct mms_name *name, struct iec61850_name *n);
bool iccp_name(const struct mms_name *name);
enum access iec61850_write_access(const struct iec61850_name *n);
bool iec61850_control_read(struct record *r, const struct ber *structure);          /* Oper, SBOw, Cancel; false: it has another form */
bool iec61850_last_error_read(struct record *r, const struct ber *structure);       /* LastApplError */

/* A report's head, up to its values; false: this is none. `references` and `results` then stand at what follows. */
struct iec61850_report { unsigned included; bool references, reasons; };
bool iec61850_report_head(struct record *r, struct cursor *results, struct iec61850_report *head);

#endif
