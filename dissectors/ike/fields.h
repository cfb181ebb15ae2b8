/* fields - the rows of an IKE record, and the message that the readers share. Private to this folder. */
#ifndef DISSECTORS_IKE_FIELDS_H
#define DISSECTORS_IKE_FIELDS_H

#include "common/cursor.h"
#include "events/record.h"

/* Attributes and transforms stand in the same order here, among the chosen ones and in a proposal. */
enum ike_attribute {
    IKE_ENC, IKE_HASH, IKE_AUTH, IKE_PRF, IKE_DH, IKE_ESN, IKE_KEY_LENGTH, IKE_LIFE_TYPE, IKE_LIFE_DURATION, IKE_GROUP_TYPE,
    IKE_FIELD_SIZE, IKE_ATTRIBUTES
};

enum ike_row {
    IKE_INIT_SPI_SENT, IKE_RESP_SPI_SENT, IKE_VENDOR,          /* before the rows whose names their aliases take */
    IKE_VERSION_MAJOR, IKE_VERSION_MINOR, IKE_INIT_SPI, IKE_RESP_SPI, IKE_MESSAGE_ID, IKE_EXCHANGE_TYPE, IKE_FLAGS, IKE_ROLE,
    IKE_CHOSEN, IKE_CHOSEN_END = IKE_CHOSEN + IKE_ATTRIBUTES - 1,
    IKE_CHOSEN_ENC_NAME, IKE_CHOSEN_AUTH_NAME, IKE_CHOSEN_DH_NAME,
    IKE_PAYLOAD, IKE_KEY_EXCHANGE, IKE_KEY_EXCHANGE_LENGTH, IKE_NONCE, IKE_NONCE_LENGTH, IKE_IDENTIFICATION,
    IKE_PROPOSALS, IKE_PROPOSAL_NUMBER, IKE_PROPOSAL_PROTOCOL,
    IKE_OFFERED, IKE_OFFERED_END = IKE_OFFERED + IKE_ATTRIBUTES - 1,
    IKE_V1, IKE_V1_DOI, IKE_V1_ENCRYPTED, IKE_V1_VENDOR_IDS, IKE_V1_NOTIFY,
    IKE_V2, IKE_V2_ERRORS, IKE_V2_DH_GROUP, IKE_V2_KEY_EXCHANGE_LENGTH, IKE_V2_NONCE_LENGTH, IKE_V2_NOTIFY, IKE_V2_VENDOR_IDS,
    IKE_ROW_COUNT
};

enum ike_anomaly {
    IKE_MALFORMED_DATA, IKE_NO_ENCRYPTION, IKE_WEAK_CRYPTO_ENC, IKE_WEAK_CRYPTO_PRF, IKE_WEAK_CRYPTO_DH, IKE_WEAK_CRYPTO_AUTH,
    IKE_WEAK_CRYPTO_NO_DH, IKE_WEAK_CRYPTO_NO_AUTH, IKE_INVALID_PROPOSAL, IKE_UNKNOWN_PROPOSAL, IKE_PAYLOAD_EXTRA_DATA,
    IKE_MULTIPLE_SERVER_PROPOSAL, IKE_ANOMALY_COUNT
};

extern const struct schema ike_schema;

/* A message being read. What must be said inside an object of its version is gathered first. */
struct ike_message {
    struct record *r;
    bool           answer;          /* the responder speaks */
    unsigned       transforms;      /* of version 1, so far */
    uint32_t       doi;             /* 0: none said */
    unsigned       errors;
    uint32_t       dh_group, key_exchange_length, nonce_length;     /* version 2 */
};

/* A security association payload's body. False: it contradicts itself. */
bool ike_v1_association(struct ike_message *m, struct cursor body);     /* RFC 2408 3.4 to 3.6 */
bool ike_v2_association(struct ike_message *m, struct cursor body);     /* RFC 7296 3.3 */

#endif
