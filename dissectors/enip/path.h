/* path - a CIP path (padded EPATH): what a request is addressed to, and the ports it goes through.
 *
 * Source  CIP volume 1, appendix C-1.4 (segments); Rockwell 1756-PM020 (symbolic segments of tags).
 * Limits  four classes; a tag's name of CIP_TAG_MAX and a route of CIP_ROUTE_MAX characters, longer ones are cut.
 */
#ifndef DISSECTORS_ENIP_PATH_H
#define DISSECTORS_ENIP_PATH_H

#include <stdbool.h>

#include "common/cursor.h"
#include "events/record.h"

enum { CIP_TAG_MAX = 256, CIP_ROUTE_MAX = 96, CIP_CLASSES_MAX = 4 };
enum cip_has { CIP_HAS_INSTANCE = 1, CIP_HAS_ATTRIBUTE = 2, CIP_HAS_MEMBER = 4, CIP_HAS_POINT = 8 };

struct cip_path {
    unsigned has;               /* enum cip_has; of the last class */
    unsigned classes;           /* an object in an object has several: a program's symbol */
    struct { uint32_t class_id, instance; bool has_instance; } step[CIP_CLASSES_MAX];
    uint32_t instance, attribute, member, point;
    bool     safety;            /* a safety network segment: the connection is CIP Safety's */
    bool     sound;             /* all of it could be read */
    size_t   tag_len, route_len;
    char     tag[CIP_TAG_MAX];      /* "Program:Main.Level[3]"; valid while this lives */
    char     route[CIP_ROUTE_MAX];  /* "1,0": port, address; of each port segment */
};

/* `bytes` are all of the path. */
void cip_path_read(struct cursor bytes, struct cip_path *p);

/* The class of the object at the path's end, or 0 (a tag, or nothing). */
static inline uint32_t cip_path_class(const struct cip_path *p)
{
    return p->classes > 0 ? p->step[p->classes - 1].class_id : 0;
}

/* Class, instance, attribute, member, tag, route. The texts are borrowed from `p`. */
void cip_path_record(struct record *r, const struct cip_path *p);

#endif
