/* postgres - a private PostgreSQL server for a test: its own folder, a Unix socket and nothing else, ended by its pid.
 *
 * PostgreSQL refuses to run as root; then its files and process are the user postgres', whom Debian's package makes.
 */
#ifndef SUPPORT_POSTGRES_H
#define SUPPORT_POSTGRES_H

#include <stdbool.h>
#include <sys/types.h>

struct postgres { char dir[64], bin[128]; pid_t pid; };

/* False when the programs are not installed. A server that does not start fails the test. */
bool postgres_start(struct postgres *p);
void postgres_stop(struct postgres *p);

/* Ends the server as a power cut would, and starts it again on its files. */
void postgres_kill(struct postgres *p);
void postgres_again(struct postgres *p);

/* An empty database; gives what libpq connects by, good until the next call. */
const char *postgres_database(const struct postgres *p, const char *name);

#endif
