#include "capture/filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

enum { FILTER_LINKS_MAX = 16 };     /* link types in one capture; more is nothing that exists */

struct filter {
    char  *text;
    size_t count;
    struct compiled {
        int                linktype;
        struct bpf_program program;
    } links[FILTER_LINKS_MAX];
};

/* Files say LINKTYPE_, libpcap's compiler wants DLT_; they differ where BSDs disagreed on a number. */
static int filter_dlt(int linktype)
{
    switch (linktype) {
    case 101: return DLT_RAW;
    case 100: return DLT_ATM_RFC1483;
    default:  return linktype;
    }
}

static int filter_compile(struct filter *t, int linktype, struct fault *f)
{
    if (t->count == FILTER_LINKS_MAX)
        return fault_set(f, -E2BIG, "filter: more than %d link types in one capture", FILTER_LINKS_MAX);
    pcap_t *dead = pcap_open_dead(filter_dlt(linktype), FRAME_MAX);
    if (dead == NULL)
        return fault_set(f, -ENOMEM, "filter: out of memory");
    struct compiled *c = &t->links[t->count];
    c->linktype = linktype;
    int rc = 0;
    if (pcap_compile(dead, &c->program, t->text, 1, PCAP_NETMASK_UNKNOWN) != 0)
        rc = fault_set(f, -EDOM, "filter \"%.120s\" on link type %d: %s", t->text, linktype, pcap_geterr(dead));
    else
        t->count++;
    pcap_close(dead);
    return rc;
}

int filter_new(const char *text, struct filter **out, struct fault *f)
{
    *out = NULL;
    if (text == NULL || text[strspn(text, " \t\n")] == '\0')
        return 0;
    struct filter *t = calloc(1, sizeof *t);
    if (t == NULL || (t->text = strdup(text)) == NULL) {
        free(t);
        return fault_set(f, -ENOMEM, "filter: out of memory");
    }
    *out = t;
    return 0;
}

void filter_free(struct filter *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->count; i++)
        pcap_freecode(&t->links[i].program);
    free(t->text);
    free(t);
}

static const struct compiled *filter_find(const struct filter *t, int linktype)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->links[i].linktype == linktype)
            return &t->links[i];
    return NULL;
}

int filter_passes(struct filter *t, const struct frame *frame, struct fault *f)
{
    if (t == NULL)
        return 1;
    const struct compiled *c = filter_find(t, frame->linktype);
    if (c == NULL) {
        int rc = filter_compile(t, frame->linktype, f);
        if (rc != 0)
            return rc;
        c = &t->links[t->count - 1];
    }
    return bpf_filter(c->program.bf_insns, frame->bytes, frame->len, frame->caplen) != 0;
}
