#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/prefix_tree.h"

static struct prefix prefix_of(const char *text)
{
    struct prefix p;
    assert_int_equal(prefix_parse(text, &p), 0);
    return p;
}

static void put(struct prefix_tree *t, const char *text, const char *value)
{
    struct prefix p = prefix_of(text);
    assert_int_equal(prefix_tree_put(t, &p, (char *)(uintptr_t)value), 0);
}

static const char *find(const struct prefix_tree *t, const char *text)
{
    struct addr a;
    assert_int_equal(addr_parse(text, &a), 0);
    const char *value = prefix_tree_find(t, &a);
    return value != NULL ? value : "-";
}

static void the_longest_match_is_found_and_the_next_one_when_it_is_gone(void **unused)
{
    (void)unused;
    struct prefix_tree *t = prefix_tree_new();
    struct prefix host = prefix_of("10.1.2.3"), net = prefix_of("10.1.2.0/24");
    put(t, "10.1.2.0/24", "net");
    put(t, "10.0.0.0/8", "wide");
    put(t, "10.1.2.3", "host");
    put(t, "0.0.0.0/0", "all");
    put(t, "fd00::/8", "six");
    assert_string_equal(find(t, "10.1.2.3"), "host");
    assert_string_equal(find(t, "10.1.2.4"), "net");
    assert_string_equal(find(t, "10.1.3.4"), "wide");
    assert_string_equal(find(t, "192.0.2.1"), "all");
    assert_string_equal(find(t, "fd00::1"), "six");
    assert_string_equal(find(t, "fe80::1"), "-");
    assert_string_equal(prefix_tree_remove(t, &host), "host");
    assert_null(prefix_tree_remove(t, &host));
    assert_string_equal(find(t, "10.1.2.3"), "net");
    assert_string_equal(prefix_tree_remove(t, &net), "net");
    assert_string_equal(find(t, "10.1.2.3"), "wide");
    assert_int_equal(prefix_tree_count(t), 3);
    prefix_tree_free(t);
}

static void the_same_prefix_again_has_the_later_value(void **unused)
{
    (void)unused;
    struct prefix_tree *t = prefix_tree_new();
    struct prefix p = prefix_of("10.0.0.0/8"), wider = prefix_of("10.0.0.0/7"), narrower = prefix_of("10.0.0.0/9");
    put(t, "10.0.0.0/8", "first");
    put(t, "10.0.0.0/8", "second");
    assert_int_equal(prefix_tree_count(t), 1);
    assert_string_equal(prefix_tree_get(t, &p), "second");
    assert_null(prefix_tree_get(t, &wider));
    assert_null(prefix_tree_get(t, &narrower));
    prefix_tree_free(t);
}

struct heard { char text[256]; unsigned most; };

static bool hear(void *ctx, const struct prefix *other, void *value)
{
    struct heard *h = ctx;
    (void)other;
    strcat(strcat(h->text, " "), value);
    return --h->most > 0;
}

static const struct { const char *asked, *says; } overlaps[] = {
    { "10.1.0.0/16", " wide net host" }, { "10.1.2.3", " wide net" }, { "10.1.2.0/24", " wide host" }, { "10.2.0.0/16", " wide" },
    { "0.0.0.0/0", " wide net host other" }, { "11.0.0.0/8", "" }, { "192.0.2.0/25", "" }, { "192.0.2.128/25", " other" }, { "::/0", "" },
};

static void who_overlaps_is_said_the_widest_first(void **unused)
{
    (void)unused;
    struct prefix_tree *t = prefix_tree_new();
    put(t, "10.1.2.3", "host");
    put(t, "10.0.0.0/8", "wide");
    put(t, "10.1.2.0/24", "net");
    put(t, "192.0.2.129", "other");
    for (size_t i = 0; i < sizeof overlaps / sizeof overlaps[0]; i++) {
        struct heard h = { "", 100 };
        struct prefix p = prefix_of(overlaps[i].asked);
        assert_true(prefix_tree_overlaps(t, &p, hear, &h));
        if (strcmp(h.text, overlaps[i].says) != 0)
            fail_msg("%s:%s", overlaps[i].asked, h.text);
    }
    struct heard h = { "", 2 };
    struct prefix p = prefix_of("10.1.0.0/16");
    assert_false(prefix_tree_overlaps(t, &p, hear, &h));
    assert_string_equal(h.text, " wide net");
    prefix_tree_free(t);
}

/* Against a list that is looked through from end to end. */
enum { PREFIXES = 400, ROUNDS = 20000 };

struct plain { struct prefix prefix; bool there; };

static struct prefix any_prefix(void)
{
    struct prefix p;
    char text[64];
    snprintf(text, sizeof text, "10.%d.%d.%d/%d", rand() % 4, rand() % 4, rand() % 4 * 64, 8 + rand() % 25);
    if (rand() % 4 == 0)
        snprintf(text, sizeof text, "fd00:%x::%x/%d", rand() % 4, rand() % 4, rand() % 129);
    assert_int_equal(prefix_parse(text, &p), 0);
    return p;
}

static struct plain *plain_of(struct plain *list, const struct prefix *p)
{
    struct plain *room = NULL;
    for (size_t i = 0; i < PREFIXES; i++) {
        if (list[i].there && list[i].prefix.bits == p->bits && addr_equal(&list[i].prefix.addr, &p->addr))
            return &list[i];
        room = !list[i].there && room == NULL ? &list[i] : room;
    }
    return room;
}

static const struct plain *longest(const struct plain *list, const struct addr *a)
{
    const struct plain *best = NULL;
    for (size_t i = 0; i < PREFIXES; i++)
        if (list[i].there && prefix_holds(&list[i].prefix, a) && (best == NULL || list[i].prefix.bits > best->prefix.bits))
            best = &list[i];
    return best;
}

static void it_gives_what_a_plain_list_gives(void **unused)
{
    (void)unused;
    static struct plain list[PREFIXES];
    struct prefix_tree *t = prefix_tree_new();
    size_t there = 0;
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        struct prefix p = any_prefix(), asked = any_prefix();
        struct plain *entry = plain_of(list, &p);
        if (entry != NULL && entry->there && rand() % 2 == 0) {
            assert_ptr_equal(prefix_tree_remove(t, &p), entry);
            entry->there = false;
            there--;
        } else if (entry != NULL) {
            there += !entry->there;
            *entry = (struct plain){ p, true };
            assert_int_equal(prefix_tree_put(t, &p, entry), 0);
        }
        assert_ptr_equal(prefix_tree_find(t, &asked.addr), longest(list, &asked.addr));
        assert_int_equal(prefix_tree_count(t), there);
    }
    prefix_tree_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_match_is_found_and_the_next_one_when_it_is_gone),
        cmocka_unit_test(the_same_prefix_again_has_the_later_value), cmocka_unit_test(who_overlaps_is_said_the_widest_first),
        cmocka_unit_test(it_gives_what_a_plain_list_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
