/* cpf - the common packet format: a number of typed items, which is what most EtherNet/IP commands carry.
 *
 *   count | type, length, bytes | type, length, bytes | ...
 *
 * Source  EtherNet/IP specification (volume 2), section 2-6
 */
#ifndef DISSECTORS_ENIP_CPF_H
#define DISSECTORS_ENIP_CPF_H

#include <stdbool.h>

#include "common/cursor.h"
#include "events/record.h"

enum { CPF_ITEMS_MAX = 16 };
enum cpf_type {
    CPF_NULL = 0, CPF_IDENTITY = 0x0c, CPF_SECURITY = 0x86, CPF_CAPABILITY = 0x87, CPF_USAGE = 0x88, CPF_CONNECTED_ADDRESS = 0xa1,
    CPF_CONNECTED_DATA = 0xb1, CPF_UNCONNECTED_DATA = 0xb2, CPF_SERVICES = 0x100, CPF_SOCKET_OT = 0x8000, CPF_SOCKET_TO = 0x8001,
    CPF_SEQUENCED_ADDRESS = 0x8002, CPF_UNCONNECTED_UDP = 0x8003
};

struct cpf {
    unsigned      count;                    /* items read */
    uint16_t      type[CPF_ITEMS_MAX];
    bool          sound;                    /* all items that were announced, and nothing behind them */
    bool          connected, sequenced;     /* there is a connection id, a sequence number */
    uint32_t      connection, sequence;
    uint16_t      data_type;                /* of .data; 0 none */
    struct cursor data, identity, services;
    struct addr   socket;                   /* .version 0: none */
    uint16_t      socket_port;
};

bool cpf_type_known(uint16_t type);
void cpf_read(struct cursor bytes, struct cpf *f);

/* Types, connection, socket. The address is borrowed from `f`. */
void cpf_record(struct record *r, const struct cpf *f);

/* Address and port as an item has them: family, port, address, eight zeros, in network order. */
void cpf_socket(struct cursor c, struct cpf *f);

#endif
