/* Hostile bytes into the QUIC dissector. An even first byte: datagrams, as fuzz_modbus.c has them. An odd one: the frames of an
 * Initial packet that was opened, as no fuzzer seals one; bit 1 says who sent it, bit 2 whether Google. */
#include "tests/support/dissect.h"

#include "dissectors/quic/message.h"

static int frames(const uint8_t *bytes, size_t size, unsigned how)
{
    _Alignas(ARENA_ALIGN) static uint8_t block[24 * 1024];
    struct dissect_run run;
    dissect_run_begin(&run, &dissector_quic, NULL);
    run.conv.dir = how & 2 ? FROM_SERVER : FROM_CLIENT;
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    struct quic_message m = { .conv = &run.conv, .r = conversation_record(&run.conv, &quic_schema),
                              .scratch = arena_over(block, sizeof block) };
    frames_read(&m, cursor_over(copy, size), (how & 4) != 0, 0x51303530);
    conversation_emit(&run.conv, m.r);
    free(copy);
    free(dissect_run_end(&run));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > 0 && bytes[0] & 1)
        return frames(bytes + 1, size - 1, bytes[0]);
    return size > 0 ? dissect_fuzz(&dissector_quic, bytes + 1, size - 1) : 0;
}
