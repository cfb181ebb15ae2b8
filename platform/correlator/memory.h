/* memory - what a scene consists of, for the two files that it is made of: scene.c thinks, memory.c keeps it over a restart. */
#ifndef CORRELATOR_MEMORY_H
#define CORRELATOR_MEMORY_H

#include "correlator/scene.h"

struct scene {
    struct scene_settings settings;
    struct hash_key       key;          /* of regions; what is below one has the region's key */
    struct index         *regions, *places, *here, *around;
};

#endif
