/* fields - CoAP's rows and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_COAP_FIELDS_H
#define DISSECTORS_COAP_FIELDS_H

#include "events/access.h"
#include "events/record.h"

enum coap_row {
    COAP_TYPE, COAP_CODE, COAP_ACCESS, COAP_MESSAGE_ID, COAP_TOKEN, COAP_URI_HOST, COAP_URI_PORT, COAP_URI_PATH, COAP_URI_QUERY,
    COAP_PROXY_URI, COAP_OBSERVE, COAP_CONTENT_FORMAT, COAP_BLOCK1, COAP_BLOCK2, COAP_OPTIONS, COAP_PAYLOAD, COAP_RESPONSE_TIME, COAP_ROWS
};

enum coap_anomaly { COAP_INVALID_OPTION, COAP_ANOMALIES };

extern const struct schema coap_schema;

#endif
