/* Hostile bytes as a capture file, plain or gzipped, with a filter over it.
 * What must hold: it ends, every frame lies in readable memory, no frame is longer than FRAME_MAX or than it claims, and
 * a failure has a sentence. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[64];
    int fd = memfd_create("capture", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        return close(fd), 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

    struct fault f = { 0 };
    struct frame frame;
    volatile unsigned sum = 0;
    enum source_status status = SOURCE_FAILED;
    struct source *s = source_file(path, size % 2 ? "udp or vlan" : NULL, &f);
    while (s != NULL && (status = source_next(s, &frame, &f)) == SOURCE_FRAME) {
        assert(frame.caplen <= FRAME_MAX && frame.caplen <= frame.len);
        for (uint32_t i = 0; i < frame.caplen; i++)
            sum += frame.bytes[i];
    }
    (void)sum;
    assert(status == SOURCE_END || (status == SOURCE_FAILED && f.why[0] != '\0'));
    source_close(s);
    close(fd);
    return 0;
}
