/* sparkplug - Sparkplug B: what edge nodes and hosts of plants publish through an MQTT broker.
 *
 *     spBv1.0 / group / message type / edge node [ / device ]     a protobuf of metrics: name or alias, type, value, time
 *
 * Source  Eclipse Sparkplug Specification 3.0.0: chapters 4 (topics), 5 (what each message is for), 6.4 (payload).
 * Limits  METRICS_MAX metrics of a message. Names behind aliases are those that the worker heard in a birth (framing/notes.h).
 */
#ifndef DISSECTORS_MQTT_SPARKPLUG_H
#define DISSECTORS_MQTT_SPARKPLUG_H

#include "dissectors/dissector.h"
#include "events/access.h"

/* Adds what a message says when its topic is one of Sparkplug's, and gives what it does; ACCESS_OTHER: it is not. `own`: whoever
 * sends it speaks for itself, it is no broker passing it on. */
enum access sparkplug_message_read(struct conversation *conv, struct record *r, struct cursor topic, struct cursor message, bool own);

bool sparkplug_filter(struct cursor filter);    /* whether it asks for such topics */

#endif
