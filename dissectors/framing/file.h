/* file - a file that a message carries: the rows that say so, alike in every protocol, and its digests while it passes.
 *
 *     http, smtp, ftp-data, smb, nfs ──> struct file ──> file_add() ──> files[]: filename, size, state, md5 ... file.data
 *
 * A rule is held against one record, so the record of the message carries its files: a schema has FILE_ROWS rows from a
 * row of its own choosing on, said by FILE_FIELDS(). Rules' words are the same everywhere: file.name, file.data, filesize ...
 *
 *     enum ftp_data_row { FTP_DATA_COMMAND, FTP_DATA_FILES, FTP_DATA_ROWS = FTP_DATA_FILES + FILE_ROWS };
 *     static const struct field fields[] = { [FTP_DATA_COMMAND] = {...}, FILE_FIELDS(FTP_DATA_FILES) };
 *
 *     struct file_digests room;
 *     file_add(r, FTP_DATA_FILES, &(struct file){ .name = ..., .data = kept, .len = n, .size = all, .whole = true },
 *              conv->out->file_wants, &room);
 *
 * Ownership  names and data are borrowed, and `room` is the caller's, until the record is out; one room for each file.
 * Digests    are made only when someone asks (sink.file_wants), and only of a file that was seen whole: from .data when that
 *            is all of it, else from .digests, which file_digesting_*() makes while the file passes.
 * Source     Suricata 7: EVE's fileinfo, file keywords (user guide 8.28).
 */
#ifndef DISSECTORS_FRAMING_FILE_H
#define DISSECTORS_FRAMING_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store.h"
#include "events/record.h"

enum file_row {         /* counted from the schema's first */
    FILE_LIST, FILE_NAME, FILE_TYPE, FILE_SIZE, FILE_STATE, FILE_GAPS, FILE_START, FILE_END, FILE_MD5, FILE_SHA1, FILE_SHA256, FILE_DATA,
    FILE_ROWS
};

enum file_state { FILE_STATE_CLOSED, FILE_STATE_TRUNCATED };

enum file_wants { FILE_WANTS_MD5 = 1 << 0, FILE_WANTS_SHA1 = 1 << 1, FILE_WANTS_SHA256 = 1 << 2 };

enum { FILE_DIGESTED_MAX = 64 * 1024 * 1024 };  /* a record waits for its file's digests no longer than this */

struct file_digests { uint8_t md5[16], sha1[20], sha256[32]; };

struct file {
    const uint8_t *name, *type;         /* type: as the sender declares it */
    size_t         name_len, type_len;  /* 0: none */
    const uint8_t *data;                /* its first bytes, as many as were kept */
    size_t         len;
    uint64_t       size;                /* octets seen, kept or not */
    uint64_t       start, end;          /* a part of a larger file: first and last octet; .ranged */
    bool           ranged;
    bool           whole;               /* its end was seen and nothing of it is missing */
    bool           gaps;                /* octets are missing inside of it */
    const struct file_digests *digests; /* of all of it, those that were wanted; NULL: not made while it passed */
};

/* Adds the file to the record: an item of the list and its rows. `wants`: enum file_wants bits. */
void file_add(struct record *r, uint16_t first_row, const struct file *f, unsigned wants, struct file_digests *room);

/* Digests over a file of any size while it passes. Begin gives NULL when nothing is wanted or the account is full; the others
 * take NULL as nothing to do. End gives true when `out` holds the digests of all that was added, and frees in any case. */
struct file_digesting;
struct file_digesting *file_digesting_begin(struct store *s, struct account *a, unsigned wants);
void file_digesting_add(struct file_digesting *d, const uint8_t *bytes, size_t n);
bool file_digesting_end(struct file_digesting *d, struct store *s, struct account *a, struct file_digests *out);

extern const struct field_name file_states[];

#define FILE_FIELDS(first) \
    [(first) + FILE_LIST]   = { .name = "files", .type = FIELD_LIST, .about = "The files that the message carries." }, \
    [(first) + FILE_NAME]   = { .name = "filename", .type = FIELD_TEXT, .in = (first) + 1, .aliases = "file.name", .about = "Name or path of the file." }, \
    [(first) + FILE_TYPE]   = { .name = "media_type", .type = FIELD_TEXT, .in = (first) + 1, .about = "Media type of the file as its sender declares it." }, \
    [(first) + FILE_SIZE]   = { .name = "size", .in = (first) + 1, .unit = "bytes", .aliases = "filesize file.size", .about = "Size of the file as far as it was seen, decoded." }, \
    [(first) + FILE_STATE]  = { .name = "state", .flags = FIELD_NAMED, .in = (first) + 1, .names = file_states, .about = "CLOSED: the file was seen to its end; TRUNCATED: it was not." }, \
    [(first) + FILE_GAPS]   = { .name = "gaps", .type = FIELD_FLAG, .in = (first) + 1, .about = "Bytes of the file are missing." }, \
    [(first) + FILE_START]  = { .name = "start", .in = (first) + 1, .unit = "bytes", .about = "Where the part that is sent begins in its file." }, \
    [(first) + FILE_END]    = { .name = "end", .in = (first) + 1, .unit = "bytes", .about = "The last octet of the part that is sent." }, \
    [(first) + FILE_MD5]    = { .name = "md5", .type = FIELD_BYTES, .flags = FIELD_MD5, .in = (first) + 1, .aliases = "file.md5", .about = "MD5 of a file seen whole, when a rule or setting asks for it." }, \
    [(first) + FILE_SHA1]   = { .name = "sha1", .type = FIELD_BYTES, .flags = FIELD_SHA1, .in = (first) + 1, .aliases = "file.sha1", .about = "SHA-1 of a file seen whole, likewise." }, \
    [(first) + FILE_SHA256] = { .name = "sha256", .type = FIELD_BYTES, .flags = FIELD_SHA256, .in = (first) + 1, .aliases = "file.sha256", .about = "SHA-256 of a file seen whole, likewise." }, \
    [(first) + FILE_DATA]   = { .name = "file_data", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .in = (first) + 1, .aliases = "file.data file_data", .about = "Content of the file up to the limit, decoded." }

#endif
