#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dissectors/framing/mime.h"

struct mail_case {
    const char *name, *mail;        /* lines end with \n */
    const char *body, *files;       /* files: "name=content|" each */
    unsigned    anomalies;
};

static const struct mail_case cases[] = {
    { "plain text", "Subject: x\n\nhello\nthere\n", "hello\nthere\n", "", 0 },
    { "a multipart in a multipart", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=\"i n\"\n\n"
      "--i n\n\ntext\n--i n\nContent-Type: text/html\n\n<b>\n--i n--\nnobody's\n--o\nContent-Type: a/b; name=f\n\ndata\n--o--\nepilogue\n",
      "text<b>", "f=data|", 0 },
    { "an outer boundary ends what is inside", "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n"
      "--i\nContent-Type: a/b; name=f\n\none\n--o\nContent-Type: a/b; name=g\n\ntwo\n--o--\n", "", "f=one|g=two|", 0 },
    { "a name in percent encoding", "Content-Disposition: attachment; filename*=UTF-8''%e4%b8%ad.txt\n\nx\n", "", "%e4%b8%ad.txt=x\n|", 0 },
    { "a folded header", "Content-Type: a/b;\n\tname=\"a;b\"\n\nx\n", "", "a;b=x\n|", 0 },
    { "base64 without padding", "Content-Type: a/b; name=f\nContent-Transfer-Encoding: BASE64\n\naGVsbG8\n", "", "f=hello|", 0 },
    { "base64 with other things in it", "Content-Type: a/b; name=f\nContent-Transfer-Encoding: base64\n\na!GV\n\nsbG8=\nafter\n", "", "f=hello|",
      1u << MIME_INVALID_BASE64 },
    { "quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\na=3D=\nb=XXc\n", "a=b=XXc\n", "", 1u << MIME_INVALID_QP },
    { "a dash that is no boundary", "Content-Type: multipart/mixed; boundary=o\n\n--o\n\n--x\n--\n--o--\n", "--x\n--", "", 0 },
    { "a header line without a colon", "what\nFrom: x\n\ny\n", "y\n", "", 1u << MIME_MALFORMED },
};

static void feed(struct mime *m, struct mime_memory mem, const char *mail)
{
    while (*mail != '\0') {
        size_t n = strcspn(mail, "\n");
        mime_line(m, mem, (const uint8_t *)mail, n, mail[n] == '\n');
        mail += n + (mail[n] == '\n');
    }
    mime_end(m, mem);
}

static void parts_are_told_apart_and_decoded(void **unused)
{
    (void)unused;
    struct store *store = store_new(1024 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct mail_case *c = &cases[i];
        struct account account = { .most = 512 * 1024 };
        struct mime_memory mem = { store, &account, 0 };
        struct mime m = { .begun = false };
        char files[256] = "";
        feed(&m, mem, c->mail);
        for (unsigned f = 0; f < m.file_count; f++)
            snprintf(files + strlen(files), sizeof files - strlen(files), "%.*s=%.*s|", (int)m.files[f].name.len,
                     (const char *)mime_at(&m, m.files[f].name), (int)m.files[f].data.len, (const char *)m.files[f].data.at);
        if (strcmp(files, c->files) != 0 || m.body.len != strlen(c->body) || memcmp(m.body.at ? (char *)m.body.at : "", c->body, m.body.len) != 0
            || m.anomalies != c->anomalies)
            fail_msg("%s: body `%.*s` files `%s` anomalies %x", c->name, (int)m.body.len, m.body.at ? (char *)m.body.at : "", files, m.anomalies);
        mime_free(&m, mem);
        assert_int_equal(account.used, 0);
    }
    store_free(store);
}

static void without_memory_nothing_breaks(void **unused)
{
    (void)unused;
    struct store *store = store_new(1024 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct account account = { .most = 64 };
        struct mime_memory mem = { store, &account, FILE_WANTS_MD5 };
        struct mime m = { .begun = false };
        feed(&m, mem, cases[i].mail);
        assert_true(m.cut);
        mime_free(&m, mem);
        assert_int_equal(account.used, 0);
    }
    store_free(store);
}

static void too_deep_a_nest_is_said(void **unused)
{
    (void)unused;
    struct store *store = store_new(1024 * 1024);
    struct account account = { .most = 512 * 1024 };
    struct mime_memory mem = { store, &account, 0 };
    struct mime m = { .begun = false };
    char part[80];
    for (int i = 0; i <= MIME_DEPTH_MAX; i++) {
        assert_int_equal(m.anomalies, 0);
        size_t n = (size_t)snprintf(part, sizeof part, "Content-Type: multipart/mixed; boundary=b%d", i);
        mime_line(&m, mem, (const uint8_t *)part, n, 1);
        mime_line(&m, mem, (const uint8_t *)"", 0, 1);
        n = (size_t)snprintf(part, sizeof part, "--b%d", i);
        mime_line(&m, mem, (const uint8_t *)part, n, 1);
    }
    assert_int_equal(m.anomalies, 1u << MIME_PARSE_FAILED);
    mime_free(&m, mem);
    store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_told_apart_and_decoded),
        cmocka_unit_test(too_deep_a_nest_is_said),
        cmocka_unit_test(without_memory_nothing_breaks),
    };
    return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
