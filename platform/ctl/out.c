#include "ctl/out.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int out_write(const char *path, const struct text *t, struct fault *f)
{
    char fresh[4096];
    if (path == NULL)
        return fwrite(t->at, 1, t->len, stdout) == t->len && fflush(stdout) == 0 ? 0 : fault_set(f, -EIO, "standard output: %s", strerror(errno));
    if (snprintf(fresh, sizeof fresh, "%s.part", path) >= (int)sizeof fresh)
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", path);
    FILE *file = fopen(fresh, "we");
    if (file == NULL)
        return fault_set(f, -errno, "%s: %s", fresh, strerror(errno));
    bool good = fwrite(t->at, 1, t->len, file) == t->len && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int why = errno;
    if (fclose(file) == 0 && good && rename(fresh, path) == 0)
        return 0;
    why = good ? errno : why;
    unlink(fresh);
    return fault_set(f, -why, "%s: %s", path, strerror(why));
}
