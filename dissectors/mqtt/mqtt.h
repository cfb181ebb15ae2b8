/* mqtt - MQTT 3.1, 3.1.1 and 5 over TCP: every control packet, joined into what it is part of.
 *
 * Source   OASIS MQTT 5.0 and 3.1.1; IBM MQTT V3.1. Clause numbers in the code are those of 5.0.
 * Records  one per exchange, as Suricata's transactions: CONNECT with its CONNACK, PUBLISH with its acknowledgements, SUBSCRIBE
 *          with SUBACK, UNSUBSCRIBE with UNSUBACK; everything else alone. The direction is that of whoever began. What was
 *          never answered goes out when the flow ends.
 * Limits   MQTT_OPEN_MAX exchanges wait for their answer; MQTT_WHOLE_MAX octets of a packet are read, the rest is passed over.
 */
#ifndef DISSECTORS_MQTT_MQTT_H
#define DISSECTORS_MQTT_MQTT_H

#include "dissectors/dissector.h"

enum { MQTT_OPEN_MAX = 1024, MQTT_WHOLE_MAX = 64 * 1024 };

extern const struct dissector dissector_mqtt;

#endif
