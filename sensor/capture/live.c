/* A live interface by libpcap. On Linux that is TPACKET_V3: the kernel fills blocks of a shared ring and we are
 * woken once per block, so immediate mode stays off. pcap_next_ex() copies the frame out of the ring, which is
 * why it stays good until the next call even when the kernel takes the block back. */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <pcap/pcap.h>

#include "capture/source.h"
#include "common/log.h"

enum { WAIT_MS = 100 };

struct live {
    struct source head;
    pcap_t       *pcap;
    char          interface[IFNAMSIZ];
    int           fd;
    int           linktype;
    uint64_t      number;
};

static void live_refresh(struct source *s)
{
    struct live *l = (struct live *)s;
    struct pcap_stat now;
    if (pcap_stats(l->pcap, &now) != 0)
        return;         /* the interface is gone; what was counted stands */
    s->counts.kernel_received = now.ps_recv;
    s->counts.kernel_dropped = now.ps_drop;
    s->counts.interface_dropped = now.ps_ifdrop;
}

static void live_close(struct source *s)
{
    struct live *l = (struct live *)s;
    if (l->pcap != NULL)
        pcap_close(l->pcap);
    free(l);
}

static enum source_status live_failed(struct live *l, const char *why, struct fault *f)
{
    fault_set(f, -ENETDOWN, "interface %s: %s; capture stopped after %llu frames", l->interface, why,
              (unsigned long long)l->number);
    return SOURCE_FAILED;
}

/* libpcap 1.10 waits in silence for an interface that was taken down to come back. A sensor that sees nothing has to
 * say so, so whenever nothing came we ask. */
static bool live_up(const struct live *l)
{
    struct ifreq ask = { 0 };
    snprintf(ask.ifr_name, sizeof ask.ifr_name, "%s", l->interface);
    return strcmp(l->interface, "any") == 0 || (ioctl(l->fd, SIOCGIFFLAGS, &ask) == 0 && (ask.ifr_flags & IFF_UP));
}

/* Waits for the ring: SOURCE_FRAME when there is something to fetch. */
static enum source_status live_wait(struct live *l, struct fault *f)
{
    struct pollfd p = { .fd = l->fd, .events = POLLIN };
    int n = poll(&p, 1, WAIT_MS);
    bool trouble = n > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    if (n > 0 && !trouble)
        return SOURCE_FRAME;
    return trouble || !live_up(l) ? live_failed(l, "it went down or was removed", f) : SOURCE_IDLE;
}

static enum source_status live_next(struct source *s, struct frame *out, struct fault *f)
{
    struct live *l = (struct live *)s;
    struct pcap_pkthdr *head;
    int got = pcap_next_ex(l->pcap, &head, &out->bytes);
    if (got == 0) {
        enum source_status status = live_wait(l, f);
        if (status != SOURCE_FRAME)
            return status;
        got = pcap_next_ex(l->pcap, &head, &out->bytes);
    }
    if (got == 0)
        return SOURCE_IDLE;
    if (got < 0)
        return live_failed(l, pcap_geterr(l->pcap), f);
    out->caplen = head->caplen;
    out->len = head->len < head->caplen ? head->caplen : head->len;
    out->time_us = (uint64_t)head->ts.tv_sec * 1000000 + (uint64_t)head->ts.tv_usec;
    out->number = ++l->number;
    out->linktype = l->linktype;
    s->counts.frames++;
    s->counts.bytes += out->caplen;
    s->counts.cut += out->len > out->caplen;
    return SOURCE_FRAME;
}

/* What to do about it, in the words of whoever installs the sensor. */
static const char *live_advice(int code)
{
    switch (code) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return "there is no such interface; `ip link` lists them";
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return "no permission to capture; start as root, or `setcap cap_net_raw+ep` on the program";
    case PCAP_ERROR_IFACE_NOT_UP:
        return "it is down; `ip link set ... up` first";
    default:
        return NULL;
    }
}

static int live_activate(struct live *l, const struct live_plan *plan, struct fault *f)
{
    pcap_t *p = l->pcap;
    pcap_set_snaplen(p, (int)plan->snaplen);
    pcap_set_promisc(p, plan->promiscuous);
    pcap_set_timeout(p, WAIT_MS);
    pcap_set_buffer_size(p, (int)(plan->buffer_bytes > INT32_MAX ? INT32_MAX : plan->buffer_bytes));
    int code = pcap_activate(p);
    if (code < 0) {
        const char *advice = live_advice(code);
        return fault_set(f, code == PCAP_ERROR_NO_SUCH_DEVICE ? -ENODEV : -EPERM, "interface %s: %s", plan->interface,
                         advice ? advice : pcap_geterr(p));
    }
    if (code > 0)
        log_warning("interface %s: %s", plan->interface, pcap_statustostr(code));
    return 0;
}

static int live_filter(struct live *l, const char *text, struct fault *f)
{
    if (text == NULL || text[strspn(text, " \t\n")] == '\0')
        return 0;
    struct bpf_program program;
    if (pcap_compile(l->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return fault_set(f, -EDOM, "filter \"%.120s\": %s", text, pcap_geterr(l->pcap));
    int rc = pcap_setfilter(l->pcap, &program);
    pcap_freecode(&program);
    return rc == 0 ? 0 : fault_set(f, -EDOM, "filter \"%.120s\": %s", text, pcap_geterr(l->pcap));
}

static int live_fanout(struct live *l, const struct live_plan *plan, struct fault *f)
{
    if (!plan->fanout)
        return 0;
    uint32_t how = plan->fanout_group | (uint32_t)(PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG) << 16;
    if (setsockopt(l->fd, SOL_PACKET, PACKET_FANOUT, &how, sizeof how) == 0)
        return 0;
    return fault_set(f, -errno, "interface %s: cannot share it between workers (PACKET_FANOUT group %u): %s; "
                     "use one worker", plan->interface, plan->fanout_group, strerror(errno));
}

static int live_ready(struct live *l, const struct live_plan *plan, struct fault *f)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    l->fd = pcap_get_selectable_fd(l->pcap);
    l->linktype = pcap_datalink(l->pcap);
    if (l->linktype == DLT_RAW)
        l->linktype = 101;              /* as files say it: struct frame */
    if (l->fd < 0 || pcap_setnonblock(l->pcap, 1, why) != 0)
        return fault_set(f, -EINVAL, "interface %s: cannot be waited for: %s", plan->interface, why);
    return live_fanout(l, plan, f);
}

struct source *source_live(const struct live_plan *plan, struct fault *f)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    struct live *l = calloc(1, sizeof *l);
    if (l == NULL || (l->pcap = pcap_create(plan->interface, why)) == NULL) {
        free(l);
        fault_set(f, -ENOMEM, "interface %s: %s", plan->interface, why[0] ? why : "out of memory");
        return NULL;
    }
    snprintf(l->interface, sizeof l->interface, "%s", plan->interface);
    l->head = (struct source){ .next = live_next, .refresh = live_refresh, .close = live_close };
    if (live_activate(l, plan, f) != 0 || live_filter(l, plan->filter, f) != 0 || live_ready(l, plan, f) != 0) {
        live_close(&l->head);
        return NULL;
    }
    return &l->head;
}
