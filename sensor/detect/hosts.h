/* hosts - xbits and hostbits: marks on addresses and pairs of addresses, that later flows are tested for.
 *
 * Shape      a fixed table in sets of HOSTS_WAYS under a secret key; in a full set the mark that ends first goes, counted.
 * Limits     one table per worker: workers share nothing, so a mark is seen by the flows of the worker that set it.
 */
#ifndef DETECT_HOSTS_H
#define DETECT_HOSTS_H

#include "detect/match.h"

enum { HOSTS_WAYS = 4 };
enum host_track { HOST_SRC, HOST_DEST, HOST_PAIR };

struct host_table;
struct host_table *host_table_new(uint32_t entries);        /* NULL: no memory */
void host_table_free(struct host_table *t);

#endif
