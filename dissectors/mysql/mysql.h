/* mysql - the client/server protocol of MySQL and MariaDB: greetings, logons, statements and how they end. */
#ifndef DISSECTORS_MYSQL_MYSQL_H
#define DISSECTORS_MYSQL_MYSQL_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_mysql;

#endif
