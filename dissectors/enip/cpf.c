#include "dissectors/enip/cpf.h"

#include "dissectors/enip/fields.h"

enum { FAMILY_INET = 2, HEAD = 4 };

bool cpf_type_known(uint16_t type)
{
    return type == CPF_NULL || type == CPF_IDENTITY || (type >= CPF_SECURITY && type <= CPF_USAGE) || type == CPF_CONNECTED_ADDRESS
           || type == CPF_CONNECTED_DATA || type == CPF_UNCONNECTED_DATA || type == CPF_SERVICES
           || (type >= CPF_SOCKET_OT && type <= CPF_UNCONNECTED_UDP);
}

void cpf_socket(struct cursor c, struct cpf *f)
{
    uint16_t family = cursor_be16(&c), port = cursor_be16(&c);
    const uint8_t *address = cursor_bytes(&c, 4);
    if (address == NULL || family != FAMILY_INET)
        return;
    f->socket = addr_v4(address);
    f->socket_port = port;
}

static void item_read(struct cpf *f, uint16_t type, struct cursor item)
{
    switch (type) {
    case CPF_SEQUENCED_ADDRESS:
    case CPF_CONNECTED_ADDRESS:
        f->connection = cursor_le32(&item);
        f->sequence = type == CPF_SEQUENCED_ADDRESS ? cursor_le32(&item) : 0;
        f->connected = item.status == CURSOR_OK;
        f->sequenced = f->connected && type == CPF_SEQUENCED_ADDRESS;
        break;
    case CPF_CONNECTED_DATA:
    case CPF_UNCONNECTED_DATA:
    case CPF_UNCONNECTED_UDP:
        f->data_type = type;
        f->data = item;
        break;
    case CPF_IDENTITY:  f->identity = item; break;
    case CPF_SERVICES:  f->services = item; break;
    case CPF_SOCKET_OT:
    case CPF_SOCKET_TO: cpf_socket(item, f); break;
    default: break;
    }
}

void cpf_read(struct cursor c, struct cpf *f)
{
    struct cursor none = cursor_over(NULL, 0);
    *f = (struct cpf){ .data = none, .identity = none, .services = none };
    unsigned count = cursor_le16(&c);
    while (f->count < count && f->count < CPF_ITEMS_MAX && c.left >= HEAD) {
        uint16_t type = cursor_le16(&c);
        struct cursor item = cursor_sub(&c, cursor_le16(&c));
        if (c.status != CURSOR_OK)
            return;
        f->type[f->count++] = type;
        item_read(f, type, item);
    }
    f->sound = c.status == CURSOR_OK && f->count == count && c.left == 0;
}

void cpf_record(struct record *r, const struct cpf *f)
{
    for (unsigned i = 0; i < f->count; i++)
        record_uint(r, ENIP_CPF_TYPE, f->type[i]);
    if (f->connected)
        record_uint(r, ENIP_CONNECTION_ID, f->connection);
    if (f->sequenced)
        record_uint(r, ENIP_SEQUENCE_NUMBER, f->sequence);
    if (f->socket.version != 0) {
        record_addr(r, ENIP_SOCKET_ADDRESS, &f->socket);
        record_uint(r, ENIP_SOCKET_PORT, f->socket_port);
    }
}
