/* function - what each Modbus function code carries: one table row and two small readers per code.
 *
 * Looks at one PDU and fills a record; remembers nothing.
 */
#ifndef DISSECTORS_MODBUS_FUNCTION_H
#define DISSECTORS_MODBUS_FUNCTION_H

#include "common/cursor.h"
#include "dissectors/modbus/fields.h"

/* What a response has to be held against: the request's own figures. */
struct modbus_asked {
    uint16_t address, quantity;     /* quantity 0: the function has none */
    uint16_t write_address, write_quantity;
    uint16_t detail;                /* value written, sub-function, MEI type: what an honest response repeats */
};

struct modbus_pdu {
    struct cursor        body;      /* behind the function code, to the end that the header declared */
    struct record       *record;
    struct modbus_asked  said;      /* what this PDU says: a request fills it, a response too where it echoes */
    const struct modbus_asked *asked;   /* in a response: its request, or NULL when that was not seen */
    char                 text[4];   /* room for what is put into words, until the record is told */
};

/* How long a body is: `fixed` octets, and as many more as the octet at `count_at` says; `open`: or any more. */
struct modbus_form {
    uint8_t fixed;
    int8_t  count_at;       /* -1: none */
    bool    open;
};

struct modbus_function {
    uint8_t             code;
    enum access  access;
    enum modbus_object  object;
    struct modbus_form  request_form, response_form;
    void              (*request)(struct modbus_pdu *p);
    void              (*response)(struct modbus_pdu *p);
};

/* The row of a public code, or one without readers for any other; never NULL. */
const struct modbus_function *modbus_function(uint8_t code);
enum modbus_category modbus_category(uint8_t code);
bool modbus_exception_known(uint8_t exception_code);

/* What a PDU does: the row's word, but for 43, which carries identification or another bus altogether, and UMAS, which has functions
 * of its own; `asked` is a response's request, or NULL. */
enum access modbus_function_access(const struct modbus_function *f, const struct cursor *body, const struct modbus_asked *asked);

/* Whether the body has exactly the length that a public function's form asks for: what probing and getting
 * back in step rest on. Never true of other codes. */
bool modbus_function_fits(const struct modbus_function *f, const struct cursor *body, bool response);

/* How many octets of `body` the form asks for; 0: it does not say, or not enough is here to say. */
size_t modbus_function_octets(const struct modbus_function *f, const struct cursor *body, bool response);

/* Reads the body by the row; says invalid_length when the body is too short or has more than the row takes. */
void modbus_function_read(const struct modbus_function *f, struct modbus_pdu *p, bool response);

#endif
