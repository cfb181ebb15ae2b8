/* send - one message to one target, by its kind. Blocks for send_timeout_us at most, but for the resolver's own time.
 *
 * SENT_DONE     the target has it: 2xx, 250 after the data, the file under its name on the disk. Syslog has no such word: over TLS and
 *               TCP it is the orderly end of the connection, over UDP and Unix sockets that the system took it.
 * SENT_LATER    nobody there, or it says later: *wait_us is how long it asked for (Retry-After), 0 not said.
 * SENT_REFUSED  the target refuses this message and might take another.
 * Each but the first with a sentence.
 * Threads       any number, each with its own target.
 */
#ifndef NOTIFIER_SEND_H
#define NOTIFIER_SEND_H

#include "notifier/message.h"

struct sending {
    const struct target *target;
    const struct exchange_house *house;
    const struct message *message;
    uint64_t timeout_us, wall_us;
    const char *host;                   /* this machine's name */
};

enum sent send_message(const struct sending *s, uint64_t *wait_us, struct fault *f);

enum sent send_webhook(const struct sending *s, uint64_t *wait_us, struct fault *f);
enum sent send_mail(const struct sending *s, uint64_t *wait_us, struct fault *f);
enum sent send_syslog(const struct sending *s, uint64_t *wait_us, struct fault *f);
enum sent send_file(const struct sending *s, uint64_t *wait_us, struct fault *f);

/* The bytes as they go out, for tests and for those above. Lines end as each standard wants them. */
enum { SIGNATURE_MAX = 96, SYSLOG_HEAD_MAX = 512 };
void webhook_signature(const struct target *t, uint64_t seconds, const char *body, size_t len, char out[SIGNATURE_MAX]);
void mail_write(const struct sending *s, struct text *out);         /* RFC 5322, MIME, base64 */
void syslog_write(const struct sending *s, size_t most, struct text *out);      /* RFC 5424; cut at `most` between characters */

#endif
