/* message - one S7comm PDU's parameter and data, taken apart into a record.
 *
 * Looks at one PDU and fills a record; remembers nothing but what it is told in `asked`.
 */
#ifndef DISSECTORS_S7COMM_MESSAGE_H
#define DISSECTORS_S7COMM_MESSAGE_H

#include "dissectors/s7comm/fields.h"

enum { S7_ITEMS_KEPT = 20 };    /* what fits into a PDU of 240 bytes; of more, the response tells only the values */

struct s7_item {
    uint8_t  syntax, area, transport_size, bit;
    uint16_t db, count;
    uint32_t address;
};

/* What a response is read with: the request's own figures. */
struct s7_asked {
    uint8_t        function;    /* of userdata: the group */
    uint8_t        items;       /* kept */
    struct s7_item item[S7_ITEMS_KEPT];
};

struct s7_pdu {
    struct cursor          parameter, data;
    struct record         *record;
    uint8_t                rosctr;
    uint8_t                type;        /* enum s7_type */
    const struct s7_asked *asked;       /* NULL: a request, or nobody asked */
    struct s7_asked        said;        /* a request's own, filled here */
};

/* job.c: jobs and their answers. The parameter begins with the function code. */
void s7_job_read(struct s7_pdu *p);
enum access s7_function_access(uint8_t function);
bool s7_function_known(uint8_t function);

/* item.c: variables. */
void s7_items_asked(struct s7_pdu *p, struct cursor *params, unsigned count, struct cursor *data);
void s7_items_answered(struct s7_pdu *p, struct cursor *data, unsigned count);
void s7_items_written(struct s7_pdu *p, struct cursor *data, unsigned count);
void s7_value_read(struct s7_pdu *p, struct cursor *data, bool last);
void s7_item_again(struct s7_pdu *p, unsigned at);

/* userdata.c: the parameter's head. */
struct s7_userdata {
    uint8_t  kind;              /* 0 push, 4 request, 8 response */
    uint8_t  group, subfunction, sequence;
    uint8_t  data_unit;
    bool     fragment;
    uint16_t error;
};
bool s7_userdata_head(struct cursor parameter, struct s7_userdata *u);
void s7_userdata_record(struct record *r, const struct s7_userdata *u);

/* `body` is the data part behind its head of four bytes, of all fragments together. */
void s7_userdata_read(struct s7_pdu *p, const struct s7_userdata *u, struct cursor body);

/* A block's name as it stands in a file name: two digits of type, five of number, perhaps the file system. */
void s7_block(struct record *r, struct cursor name);

#endif
