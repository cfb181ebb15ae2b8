/* page - the tables of kinds, as people read them: help on the command line, and docs/workflow.md. */
#include <string.h>

#include "events/kind.h"

static const char *const type_names[] = {
    [ARGUMENT_TEXT] = "text", [ARGUMENT_WORD] = "line", [ARGUMENT_CHOICE] = "one of", [ARGUMENT_NUMBER] = "number",
    [ARGUMENT_FLAG] = "true or false", [ARGUMENT_TIME] = "time", [ARGUMENT_ID] = "id", [ARGUMENT_REGION] = "region",
    [ARGUMENT_ADDRESS] = "address", [ARGUMENT_WORDS] = "lines", [ARGUMENT_IDS] = "ids", [ARGUMENT_REGIONS] = "regions",
    [ARGUMENT_ADDRESSES] = "addresses", [ARGUMENT_JSON] = "JSON object",
};

static void type_of(const struct argument *a, struct text *out)
{
    text_str(out, type_names[a->type]);
    if (a->type == ARGUMENT_CHOICE) {
        text_char(out, ' ');
        for (const char *p = a->choices; *p != '\0'; p++)
            text_str(out, *p == '|' ? ", " : (char[2]){ *p, '\0' });
    } else if (a->type == ARGUMENT_NUMBER && a->highest != 0) {
        text_fmt(out, " %lld to %lld", (long long)a->lowest, (long long)a->highest);
    }
}

static void roles_of(unsigned by, const char *(*name)(unsigned), struct text *out)
{
    const char *comma = "";
    for (unsigned bit = BY_ANALYST; bit <= BY_SYSTEM; bit <<= 1)
        if (by & bit) {
            text_fmt(out, "%s%s", comma, name(bit));
            comma = ", ";
        }
}

/* ---- help ---- */

static void command_help(const struct kind *k, const struct word *w, struct text *out)
{
    unsigned by = 0, flags = 0;
    for (const struct arrow *a = k->arrows; a->command != NULL; a++)
        if (strcmp(a->command, w->name) == 0) {
            by |= a->by;
            flags |= a->flags;
        }
    if (by == BY_SYSTEM)
        return;
    text_fmt(out, "\n  %s  %s, %s  [", w->name, w->zh, w->en);
    roles_of(by, role_name, out);
    text_fmt(out, "]%s\n", flags & ARROW_FREE ? "" : "  --version");
    if (flags & ARROW_NOTE)
        text_lit(out, "      note=...  (needed) why, or what is to be said\n");
    for (const struct argument *a = k->arguments; a->name != NULL; a++)
        if (kind_among(a->commands, w->name)) {
            text_fmt(out, "      %s=...  %s", a->name, a->flags & ARGUMENT_NEEDED ? "(needed) " : "");
            type_of(a, out);
            text_fmt(out, "; %s\n", a->en);
        }
}

void kind_help(const struct kind *k, struct text *out)
{
    text_fmt(out, "\n%s %s: %s\n", k->name, k->zh, k->en);
    for (const struct word *w = k->commands; w->name != NULL; w++)
        command_help(k, w, out);
}

/* ---- the page ---- */

static void cell(const char *text, struct text *out)
{
    text_lit(out, " ");
    for (const char *p = text; *p != '\0'; p++)
        text_str(out, *p == '|' ? ", " : (char[2]){ *p, '\0' });
    text_lit(out, " |");
}

static const char *from_words(const struct arrow *a)
{
    return *a->from == '\0' ? "(begins)" : strcmp(a->from, "**") == 0 ? "any" : strcmp(a->from, "*") == 0 ? "any but the last" : a->from;
}

static const char *to_words(const struct arrow *a)
{
    return *a->to == '=' ? "stays" : *a->to == '<' ? "back to before" : a->to;
}

static void conditions(const struct arrow *a, struct text *out)
{
    static const struct { unsigned flag; const char *words; } rows[] = {
        { ARROW_FREE, "no version" }, { ARROW_NOTE, "note" }, { ARROW_SECOND, "second person" }, { ARROW_OWNER, "analysts: the owner" },
        { ARROW_PROPOSES, "put forward" }, { ARROW_ADOPTS, "what was put forward holds" }, { ARROW_DROPS, "what was put forward is dropped" },
    };
    const char *comma = " ";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (a->flags & rows[i].flag) {
            text_fmt(out, "%s%s", comma, rows[i].words);
            comma = "; ";
        }
    if (a->when != NULL) {
        text_fmt(out, "%swhen", comma);
        cell(a->when, out);
        return;
    }
    text_lit(out, " |");
}

static void arrows_page(const struct kind *k, struct text *out)
{
    text_lit(out, "\n| In | command | by | then | and |\n|---|---|---|---|---|\n");
    for (const struct arrow *a = k->arrows; a->command != NULL; a++) {
        text_char(out, '|');
        cell(from_words(a), out);
        cell(a->command, out);
        text_char(out, ' ');
        roles_of(a->by, role_name, out);
        text_lit(out, " |");
        cell(to_words(a), out);
        conditions(a, out);
        text_char(out, '\n');
    }
}

static void words_page(const char *title, const struct word *w, struct text *out)
{
    text_fmt(out, "\n| %s | | |\n|---|---|---|\n", title);
    for (; w->name != NULL; w++)
        text_fmt(out, "| %s | %s | %s |\n", w->name, w->zh, w->en);
}

static void arguments_page(const struct kind *k, struct text *out)
{
    text_lit(out, "\n| Argument | of | type | | |\n|---|---|---|---|---|\n");
    for (const struct argument *a = k->arguments; a->name != NULL; a++) {
        text_fmt(out, "| %s |", a->name);
        cell(a->commands, out);
        text_char(out, ' ');
        type_of(a, out);
        text_fmt(out, " | %s | %s, %s |\n", a->flags & ARGUMENT_NEEDED ? "needed" : "", a->zh, a->en);
    }
}

static void kind_page(const struct kind *k, struct text *out)
{
    text_fmt(out, "\n## %s %s\n\n%s. Ids begin with `%s-`. Over when: ", k->name, k->zh, k->en, k->prefix);
    cell(k->last, out);
    out->len -= 2;
    text_lit(out, ".\n");
    words_page("State", k->states, out);
    words_page("Command", k->commands, out);
    arrows_page(k, out);
    arguments_page(k, out);
    for (const struct due *d = k->dues; d != NULL && d->name != NULL; d++) {
        text_fmt(out, "\nWhen `%s` passes in", d->name);
        cell(d->states, out);
        out->len -= 2;
        text_fmt(out, ", `%s` comes of itself.\n", d->command);
    }
}

void kinds_page(struct text *out)
{
    text_lit(out, "# What people decide: states and commands\n\n"
                  "Generated from the tables in `lib/events/kinds/` by `fengsui command --page`; a test holds it. Why it is so:\n"
                  "`docs/decisions/workflow.md`. Every command may carry `note`. What is not in a table is refused.\n");
    for (size_t i = 0; kinds[i] != NULL; i++)
        kind_page(kinds[i], out);
}
