/* pgsql - PostgreSQL's frontend/backend protocol, version 3: who logs in, what is asked, how it ends.
 *
 * Source   PostgreSQL documentation, chapter "Frontend/Backend Protocol", sections "Message Flow" and "Message Formats"
 * Records  one per request, and one per answer when the server is ready again, asks for a password, or lets the client in.
 * Limits   messages longer than PGSQL_WHOLE_MAX are read so far and passed over.
 */
#ifndef DISSECTORS_PGSQL_PGSQL_H
#define DISSECTORS_PGSQL_PGSQL_H

#include "dissectors/dissector.h"

enum { PGSQL_WHOLE_MAX = 16 * 1024 };

extern const struct dissector dissector_pgsql;

#endif
