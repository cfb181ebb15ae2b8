/* A file per message in somebody's folder, whole or not there; and which kind of target is sent to how. A message that comes twice
 * has the same name, so it is there once. */
#include "notifier/send.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_whole(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        bytes += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0 ? 0 : -errno;
}

/* In the folder itself the reader sees only whole names: what is being written begins with a dot. */
static int put_file(int folder, const struct message *m)
{
    char name[MESSAGE_KEY_MAX + 16], fresh[MESSAGE_KEY_MAX + 32];
    snprintf(name, sizeof name, "%s.%s", m->key, m->suffix);
    snprintf(fresh, sizeof fresh, ".%s.part", name);
    int fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return -errno;
    int rc = write_whole(fd, m->body, m->len);
    if (close(fd) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && renameat(folder, fresh, folder, name) != 0)
        rc = -errno;
    if (rc == 0 && fsync(folder) != 0)
        rc = -errno;
    if (rc != 0)
        unlinkat(folder, fresh, 0);
    return rc;
}

enum sent send_file(const struct sending *s, uint64_t *wait_us, struct fault *f)
{
    (void)wait_us;
    int folder = open(s->target->address, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = folder < 0 ? -errno : put_file(folder, s->message);
    if (folder >= 0)
        close(folder);
    if (rc == 0)
        return SENT_DONE;
    fault_set(f, rc, "%s: %s", s->target->address, strerror(-rc));
    return SENT_LATER;
}

enum sent send_message(const struct sending *s, uint64_t *wait_us, struct fault *f)
{
    static enum sent (*const senders[])(const struct sending *, uint64_t *, struct fault *) = {
        [TARGET_WEBHOOK] = send_webhook, [TARGET_MAIL] = send_mail, [TARGET_SYSLOG] = send_syslog, [TARGET_FILE] = send_file,
    };
    *wait_us = 0;
    return senders[s->target->kind](s, wait_us, f);
}
