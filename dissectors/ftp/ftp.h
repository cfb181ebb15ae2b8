/* ftp - File Transfer Protocol (RFC 959, RFC 2228, RFC 2428, RFC 3659): the commands, and the files on connections of their own.
 *
 * The commands say where the next file's connection will be; the ftp_data conversation is known by that alone.
 */
#ifndef DISSECTORS_FTP_FTP_H
#define DISSECTORS_FTP_FTP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ftp;
extern const struct dissector dissector_ftp_data;

enum ftp_transfer { FTP_RETR = 1, FTP_STOR = 2 };

enum { FTP_NAME_MAX = EXPECTATION_NOTE_MAX - 1 };       /* longest file name that goes with an expectation */

#endif
