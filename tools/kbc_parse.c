/* SPDX-License-Identifier: BSD-2-Clause */
#include "kbc.h"

#include "base/ascii.h"
#include "base/stanza.h"
#include "base/utf8.h"

#define MANY 500u
#define MAX_TITLE 60
#define MAX_VERDICT 220
#define MAX_WHERE 24

#define SLOT_NAMES                                                            \
	"ip|domain|helo|mail_from|header_from|selector|listed_by|limit|size|" \
	"url|queue_id|host|tag|recipient|address|account|duration|number|"    \
	"port|word|status|code|ip_reversed|ip_arpa|recipient_domain|"         \
	"recipient_org|portal|sender_domain|receiver|receiver_rules|own_host"

static const struct {
	const char *name, *in_c;
	unsigned min, max;
	bool first_wins; /* so the last entry must hold always */
	bool slots;
	bool conds; /* may begin with conditions */
} fields[KB_FIELD_N] = {
	[KB_VERDICT] = {"Verdict", "KB_VERDICT", 1, MANY, true, true, true},
	[KB_EXPLAIN] = {"Explain", "KB_EXPLAIN", 1, MANY, false, true, true},
	[KB_TECHNICAL] = {"Technical", "KB_TECHNICAL", 0, MANY, false, true,
			  true},
	[KB_ACTOR] = {"Actor", "KB_ACTOR", 1, MANY, true, false, true},
	[KB_WITH] = {"With", "KB_WITH", 0, MANY, false, false, true},
	[KB_PERMANENCE] = {"Permanence", "KB_PERMANENCE", 1, MANY, true, false,
			   true},
	[KB_RETRY] = {"Retry", "KB_RETRY", 1, MANY, true, false, true},
	[KB_RETRY_NOTE] = {"Retry-note", "KB_RETRY_NOTE", 0, MANY, false, true,
			   true},
	[KB_SCOPE] = {"Scope", "KB_SCOPE", 1, MANY, true, false, true},
	[KB_FIX] = {"Fix", "KB_FIX", 2, MANY, false, true, true},
	[KB_VERIFY] = {"Verify", "KB_VERIFY", 1, MANY, false, true, true},
	[KB_RECORD] = {"Record", "KB_RECORD", 0, MANY, false, true, false},
	[KB_COMMAND] = {"Command", "KB_COMMAND", 0, MANY, false, true, false},
	[KB_NOT_WHEN] = {"Not-when", "KB_NOT_WHEN", 1, MANY, false, true,
			 false},
	[KB_ASK] = {"Ask", "KB_ASK", 0, 1, false, false, false},
	[KB_REF] = {"Ref", "KB_REF", 1, MANY, false, false, false},
};

static const char *const singles[KBC_SINGLE_N] = {
	[KBC_CAUSE] = "Cause",	       [KBC_TITLE] = "Title",
	[KBC_SISIMAI] = "Sisimai",     [KBC_KUMOMTA] = "KumoMTA",
	[KBC_SPARKPOST] = "SparkPost", [KBC_RFC3463] = "RFC3463",
};

/* Permitted values of a condition; NULL is checked by other means. */
static const char *const cond_values[KB_VAR_N] = {
	[KB_VAR_SPOKE] = "own-mta|own-provider|gateway|mailbox-provider|"
			 "recipient-rule|client-library|unknown",
	[KB_VAR_DIRECTION] = "outbound|inbound",
	[KB_VAR_STAGE] =
		"connect|helo|starttls|auth|mail|rcpt|data|end-of-data|"
		"delivery|unknown",
	[KB_VAR_CODE] = "4|5",
	[KB_VAR_FORM] = "reply|log|exception|transcript|ndr|text",
	[KB_VAR_FAMILY] = "4|6",
	[KB_VAR_ROLE] = "sender|admin|developer|list",
	[KB_VAR_HAS] = SLOT_NAMES,
};

const char *kbc_field_name(enum kb_field f)
{
	return fields[f].name;
}

const char *kbc_field_enum(enum kb_field f)
{
	return fields[f].in_c;
}

/* Lower-case letters, digits and dashes. */
static bool is_id(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_lower(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0;
}

/* What a text is made of; a piece is a slot, a bracket or one character. */
enum piece { END, CHAR, BRACE, SLOT, OPEN, CLOSE, BROKEN };

static enum piece next_piece(sv *s, sv *name, bool *has_words)
{
	size_t end, n;
	sv in;

	if (!s->n)
		return END;
	if (sv_starts(*s, SV("[[")) || sv_starts(*s, SV("]]"))) {
		enum piece p = s->p[0] == '[' ? OPEN : CLOSE;

		*s = sv_drop(*s, 2);
		return p;
	}
	if (sv_starts(*s, SV("{{}"))) {
		*s = sv_drop(*s, 3);
		return BRACE;
	}
	if (s->p[0] != '{') {
		(void)utf8_decode(*s, &n);
		*s = sv_drop(*s, n);
		return CHAR;
	}
	end = sv_chr(*s, '}');
	in = end == SV_NPOS ? *s : sv_slice(*s, 1, end);
	*s = end == SV_NPOS ? sv_drop(*s, 1) : sv_drop(*s, end + 1);
	if (end == SV_NPOS || sv_chr(in, '{') != SV_NPOS)
		return BROKEN;
	*has_words = sv_chr(in, '|') != SV_NPOS;
	*name = sv_cut(&in, '|');
	return SLOT;
}

bool kbc_bare_slot(sv text)
{
	enum piece p;
	bool in = false, words = false;
	sv name;

	while ((p = next_piece(&text, &name, &words)) != END) {
		if (p == SLOT && !words && !in)
			return true;
		if (p == OPEN || p == CLOSE)
			in = p == OPEN;
	}
	return false;
}

bool kbc_any_slot(sv text)
{
	enum piece p;
	bool words;
	sv name;

	while ((p = next_piece(&text, &name, &words)) != END)
		if (p == SLOT)
			return true;
	return false;
}

size_t kbc_length(sv text)
{
	enum piece p;
	size_t n = 0;
	bool words;
	sv name;

	while ((p = next_piece(&text, &name, &words)) != END)
		n += p == CHAR || p == BRACE;
	return n;
}

static void check_slots(struct kbc *k, const char *file, const struct field *f)
{
	bool in = false, filled = false, words;
	sv rest = f->value, name;
	enum piece p;

	while ((p = next_piece(&rest, &name, &words)) != END) {
		if (p == BROKEN)
			kbc_wrong(k, file, f->line,
				  "unbalanced { (a literal one is {{})");
		if (p == SLOT && !kb_value_in(SLOT_NAMES, name))
			kbc_wrong(k, file, f->line, "unknown slot {%.*s}",
				  SV_FMT(name));
		if ((p == OPEN && in) || (p == CLOSE && !in))
			kbc_wrong(k, file, f->line, "unbalanced %s",
				  p == OPEN ? "[[" : "]]");
		if (p == CLOSE && in && !filled)
			kbc_wrong(k, file, f->line, "[[ ]] without a slot");
		if (p == OPEN || p == CLOSE) {
			in = p == OPEN;
			filled = false;
		}
		filled = filled || p == SLOT;
	}
	if (in)
		kbc_wrong(k, file, f->line, "unbalanced [[");
}

static void check_cond(struct kbc *k, const char *file, const struct item *it,
		       const struct cond *c)
{
	const char *known = cond_values[c->var];
	sv rest = c->values;

	if (c->var == KB_VAR_ROLE && it->field != KB_FIX)
		kbc_wrong(k, file, it->line, "role= is for Fix steps only");
	if (!rest.n)
		kbc_wrong(k, file, it->line, "condition without a value");
	while (rest.n) {
		sv v = sv_cut(&rest, '|');

		if (known ? !kb_value_in(known, v) : !is_id(v))
			kbc_wrong(k, file, it->line,
				  "unknown condition value '%.*s'", SV_FMT(v));
	}
}

static void parse_cond(struct kbc *k, const char *file, struct item *it,
		       sv word)
{
	struct cond c = {.values = word};
	sv name = sv_cut(&c.values, '=');
	int var;

	c.negated = sv_ends(name, SV("!"));
	name.n -= c.negated;
	var = kb_var_from(name);
	if (var < 0) {
		kbc_wrong(k, file, it->line, "unknown condition '%.*s'",
			  SV_FMT(name));
		return;
	}
	c.var = (enum kb_var)var;
	check_cond(k, file, it, &c);
	if (it->nconds == KBC_MAX_CONDS) {
		kbc_wrong(k, file, it->line, "over %d conditions",
			  KBC_MAX_CONDS);
		return;
	}
	it->conds[it->nconds++] = c;
}

/* Take "[a=b c!=d]" off the front of a value. */
static void parse_conds(struct kbc *k, const char *file, struct item *it,
			sv *value)
{
	size_t end;
	sv in, word;

	if (!sv_starts(*value, SV("[")) || sv_starts(*value, SV("[[")))
		return;
	end = sv_chr(*value, ']');
	if (end == SV_NPOS) {
		kbc_wrong(k, file, it->line, "condition without ]");
		return;
	}
	in = sv_slice(*value, 1, end);
	*value = sv_trim(sv_drop(*value, end + 1));
	while ((word = sv_word(&in)).n)
		parse_cond(k, file, it, word);
	if (!it->nconds)
		kbc_wrong(k, file, it->line, "empty condition");
}

/* Offset of the first " | " outside of slots, or SV_NPOS. */
static size_t bar(sv s)
{
	bool in = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '{')
			in = true;
		else if (s.p[i] == '}')
			in = false;
		else if (!in && sv_starts(sv_drop(s, i), SV(" | ")))
			return i;
	}
	return SV_NPOS;
}

/* KIND | text, or KIND | WHERE | text. */
static void parse_step(struct kbc *k, const char *file, struct item *it)
{
	size_t at = bar(it->text);

	if (at == SV_NPOS) {
		kbc_wrong(k, file, it->line, "a step is KIND | text");
		return;
	}
	it->kind = sv_trim(sv_head(it->text, at));
	it->text = sv_trim(sv_drop(it->text, at + 3));
	if (!kb_is_step_kind(it->kind))
		kbc_wrong(k, file, it->line, "unknown kind of step '%.*s'",
			  SV_FMT(it->kind));
	at = bar(it->text);
	if (at == SV_NPOS)
		return;
	it->where = sv_trim(sv_head(it->text, at));
	it->text = sv_trim(sv_drop(it->text, at + 3));
	if (it->where.n > MAX_WHERE || kbc_any_slot(it->where))
		kbc_wrong(k, file, it->line,
			  "WHERE names a product or place in %d characters",
			  MAX_WHERE);
}

static void parse_with(struct kbc *k, const char *file, struct item *it)
{
	sv rest = it->text, all = SV("");

	while (rest.n) {
		sv id = sv_trim(sv_cut(&rest, ','));

		if (!kb_is_actor(id))
			kbc_wrong(k, file, it->line, "unknown actor '%.*s'",
				  SV_FMT(id));
		all = arena_printf(k->a, "%.*s%s%.*s", SV_FMT(all),
				   all.n ? "," : "", SV_FMT(id));
	}
	it->text = all;
}

static void parse_retry(struct kbc *k, const char *file, struct item *it)
{
	sv rest = it->text, word = sv_word(&rest), after = sv_word(&rest);

	/* A year: a longer wait is none. */
	if (after.n && (!sv_starts(after, SV("after=")) ||
			!sv_u32(sv_drop(after, 6), 31536000, &it->number)))
		kbc_wrong(k, file, it->line, "'%.*s' is not after=SECONDS",
			  SV_FMT(after));
	if (!kb_is_retry(word))
		kbc_wrong(k, file, it->line, "unknown retry '%.*s'",
			  SV_FMT(word));
	if (sv_trim(rest).n)
		kbc_wrong(k, file, it->line, "words after the retry");
	it->text = word;
}

/* A word that may hold blanks inside of slots. */
static sv slot_word(sv *s)
{
	bool in = false;
	size_t i = 0;
	sv w;

	*s = sv_trim(*s);
	for (; i < s->n && (in || s->p[i] != ' '); i++)
		in = s->p[i] == '{' || (in && s->p[i] != '}');
	w = sv_head(*s, i);
	*s = sv_trim(sv_drop(*s, i));
	return w;
}

static bool is_record(sv s)
{
	sv op = slot_word(&s), name = slot_word(&s), type = slot_word(&s);

	for (size_t i = 0; i < type.n; i++)
		if (!is_upper(type.p[i]) && !is_digit(type.p[i]))
			return false;
	return op.n == 1 && kb_value_in("+|-|=", op) && name.n && type.n && s.n;
}

static void parse_not_when(struct kbc *k, const char *file, const sv own,
			   struct item *it)
{
	it->where = sv_trim(sv_cut(&it->text, ':'));
	it->text = sv_trim(it->text);
	if (!kbc_known_id(k, it->where))
		kbc_wrong(k, file, it->line, "unknown cause '%.*s'",
			  SV_FMT(it->where));
	if (sv_eq(it->where, own))
		kbc_wrong(k, file, it->line,
			  "a cause is no neighbour of itself");
	if (!sv_ends(it->text, SV("?")))
		kbc_wrong(k, file, it->line, "Not-when is not a question");
}

static void one_of(struct kbc *k, const char *file, const struct item *it,
		   bool (*known)(sv id), const char *what)
{
	if (!known(it->text))
		kbc_wrong(k, file, it->line, "unknown %s '%.*s'", what,
			  SV_FMT(it->text));
}

/* Commands of mailwhy that exist: advice must not name others. */
static void check_command(struct kbc *k, const char *file,
			  const struct item *it)
{
	sv rest = it->text;

	if (!sv_eq(sv_word(&rest), SV("mailwhy")))
		return;
	rest = sv_word(&rest);
	if (!kb_value_in("explain|causes|rules|check|checks", rest))
		kbc_wrong(k, file, it->line, "no command 'mailwhy %.*s'",
			  SV_FMT(rest));
}

static void parse_by_field(struct kbc *k, const struct cause *c,
			   struct item *it)
{
	switch (it->field) {
	case KB_ACTOR:
		one_of(k, c->file, it, kb_is_actor, "actor");
		break;
	case KB_WITH:
		parse_with(k, c->file, it);
		break;
	case KB_PERMANENCE:
		one_of(k, c->file, it, kb_is_permanence, "permanence");
		break;
	case KB_RETRY:
		parse_retry(k, c->file, it);
		break;
	case KB_SCOPE:
		one_of(k, c->file, it, kb_is_scope, "scope");
		break;
	case KB_FIX:
	case KB_VERIFY:
		parse_step(k, c->file, it);
		break;
	case KB_RECORD:
		if (!is_record(it->text))
			kbc_wrong(k, c->file, it->line,
				  "not \"OP NAME TYPE VALUE\"");
		break;
	case KB_COMMAND:
		check_command(k, c->file, it);
		break;
	case KB_NOT_WHEN:
		parse_not_when(k, c->file, c->single[KBC_CAUSE], it);
		break;
	case KB_ASK:
		if (!sv_ends(it->text, SV("?")))
			kbc_wrong(k, c->file, it->line,
				  "Ask is not a question");
		break;
	case KB_VERDICT:
		if (kbc_length(it->text) > MAX_VERDICT)
			kbc_wrong(k, c->file, it->line,
				  "a verdict of %zu characters, %d at most",
				  kbc_length(it->text), MAX_VERDICT);
		break;
	default:
		break;
	}
}

/* Records and commands stand below the step that they belong to. */
static void check_place(struct kbc *k, const struct cause *c,
			const struct item *it)
{
	enum kb_field before;

	if (it->field != KB_RECORD && it->field != KB_COMMAND)
		return;
	before = c->n ? c->items[c->n - 1].field : KB_FIELD_N;
	if (before != KB_FIX && before != KB_VERIFY && before != KB_RECORD &&
	    before != KB_COMMAND)
		kbc_wrong(k, c->file, it->line, "%s without a Fix or Verify",
			  fields[it->field].name);
}

static void add_item(struct kbc *k, struct cause *c, enum kb_field field,
		     const struct field *f)
{
	struct item it = {.field = field, .line = f->line, .text = f->value};
	struct item *list;

	if (fields[field].conds)
		parse_conds(k, c->file, &it, &it.text);
	if (fields[field].slots)
		check_slots(k, c->file, f);
	else if (field != KB_REF && kbc_any_slot(it.text))
		kbc_wrong(k, c->file, f->line, "no slots here");
	check_place(k, c, &it);
	parse_by_field(k, c, &it);
	if (!it.text.n)
		kbc_wrong(k, c->file, f->line, "%s is empty",
			  fields[field].name);
	list = arena_more(k->a, c->items, c->n, &c->cap, sizeof(it),
			  STANZA_MAX_FIELDS);
	if (!list)
		return;
	c->items = list;
	c->items[c->n++] = it;
}

static bool single_ok(enum kbc_single s, sv v)
{
	sv rest = v, number;
	uint32_t n;

	switch (s) {
	case KBC_SISIMAI:
		return is_id(v);
	case KBC_KUMOMTA:
		return v.n && is_upper(v.p[0]) && sv_chr(v, ' ') == SV_NPOS;
	case KBC_SPARKPOST:
		number = sv_word(&rest);
		return sv_u32(number, 100, &n) && sv_trim(rest).n;
	case KBC_RFC3463:
		return sv_eq(sv_cut(&rest, '.'), SV("x")) &&
		       sv_u32(sv_cut(&rest, '.'), 7, &n) &&
		       sv_u32(rest, 999, &n);
	default:
		return v.n > 0;
	}
}

static void set_single(struct kbc *k, struct cause *c, enum kbc_single s,
		       const struct field *f)
{
	if (c->single[s].n)
		kbc_wrong(k, c->file, f->line, "a second %s", singles[s]);
	if (!single_ok(s, f->value))
		kbc_wrong(k, c->file, f->line, "not a value of %s", singles[s]);
	c->single[s] = f->value;
	if (s != KBC_TITLE)
		return;
	if (kbc_length(f->value) > MAX_TITLE)
		kbc_wrong(k, c->file, f->line, "a title over %d characters",
			  MAX_TITLE);
	if (sv_chr(f->value, '{') != SV_NPOS || sv_has(f->value, SV("[[")))
		kbc_wrong(k, c->file, f->line, "a title has no slots");
	if (sv_ends(f->value, SV(".")))
		kbc_wrong(k, c->file, f->line, "a title has no full stop");
}

static void add_field(struct kbc *k, struct cause *c, const struct field *f)
{
	for (unsigned i = 0; i < KBC_SINGLE_N; i++)
		if (sv_eq(f->name, sv_str(singles[i]))) {
			set_single(k, c, (enum kbc_single)i, f);
			return;
		}
	for (unsigned i = 0; i < KB_FIELD_N; i++)
		if (sv_eq(f->name, sv_str(fields[i].name))) {
			add_item(k, c, (enum kb_field)i, f);
			return;
		}
	kbc_wrong(k, c->file, f->line, "unknown field '%.*s'", SV_FMT(f->name));
}

static void check_order(struct kbc *k, const struct cause *c, enum kb_field f)
{
	const struct item *last = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct item *it = &c->items[i];

		if (it->field != f)
			continue;
		if (last && !last->nconds)
			kbc_wrong(k, c->file, it->line,
				  "never reached: the %s before has no "
				  "condition",
				  fields[f].name);
		last = it;
	}
	if (last && last->nconds)
		kbc_wrong(k, c->file, last->line,
			  "the last %s must have no condition", fields[f].name);
}

static void check_counts(struct kbc *k, const struct cause *c)
{
	for (unsigned i = 0; i < KBC_SINGLE_N; i++)
		if (!c->single[i].n)
			kbc_wrong(k, c->file, c->line, "no %s", singles[i]);
	for (unsigned f = 0; f < KB_FIELD_N; f++) {
		unsigned n = 0;

		for (size_t i = 0; i < c->n; i++)
			n += c->items[i].field == f;
		if (n < fields[f].min)
			kbc_wrong(k, c->file, c->line, "%u of %s, %u at least",
				  n, fields[f].name, fields[f].min);
		if (fields[f].first_wins)
			check_order(k, c, (enum kb_field)f);
	}
}

static void add_cause(struct kbc *k, const char *file, sv id,
		      const struct stanza *s)
{
	struct cause *c = arena_alloc(k->a, 1, sizeof(*c));
	struct cause **list = arena_more(k->a, k->causes, k->n, &k->causes_cap,
					 sizeof(c), KBC_MAX_CAUSES);

	if (!c || !list)
		return;
	c->file = file;
	c->line = s->line;
	if (!sv_eq(s->fields[0].name, SV("Cause")))
		kbc_wrong(k, file, s->line, "Cause is not the first field");
	for (size_t i = 0; i < s->n; i++)
		add_field(k, c, &s->fields[i]);
	if (!sv_eq(c->single[KBC_CAUSE], id))
		kbc_wrong(k, file, c->line, "Cause is not the file's name");
	check_counts(k, c);
	k->causes = list;
	k->causes[k->n++] = c;
}

void kbc_parse(struct kbc *k, const char *file, sv id, sv text)
{
	struct stanza_reader r = stanza_open(text);
	struct stanza s;
	struct mw_err err = {0};
	enum mw_status st;
	unsigned n = 0;

	if (!utf8_valid(text))
		kbc_wrong(k, file, 1, "not UTF-8");
	while ((st = stanza_next(&r, k->a, &s, &err)) != MW_ENOENT) {
		if (st == MW_ENOMEM)
			return; /* reported at the end */
		if (st != MW_OK)
			kbc_wrong(k, file, (unsigned)err.where, "%s", err.text);
		else if (n)
			kbc_wrong(k, file, s.line, "a second stanza");
		else
			add_cause(k, file, id, &s);
		n++;
	}
	if (!n)
		kbc_wrong(k, file, 1, "no cause");
}
