/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/mapi.h"

#include "base/ascii.h"

/* An entry of the property stream; as many as an object can have streams. */
#define ENTRY 16
#define STREAM_MAX ((size_t)ENTRY * CFB_MAX_ENTRIES)

static const uint16_t ids[MAPI_N] = {
    [MAPI_CLASS] = 0x001A,          [MAPI_HEADERS] = 0x007D,
    [MAPI_SUBJECT] = 0x0037,        [MAPI_SUBMITTED] = 0x0039,
    [MAPI_DELIVERED] = 0x0E06,      [MAPI_MESSAGE_ID] = 0x1035,
    [MAPI_SENDER_NAME] = 0x0C1A,    [MAPI_SENDER_ADDRESS] = 0x0C1F,
    [MAPI_SENDER_SMTP] = 0x5D01,    [MAPI_FROM_NAME] = 0x0042,
    [MAPI_FROM_ADDRESS] = 0x0065,   [MAPI_FROM_SMTP] = 0x5D02,
    [MAPI_TO] = 0x0E04,             [MAPI_CC] = 0x0E03,
    [MAPI_BODY] = 0x1000,           [MAPI_HTML] = 0x1013,
    [MAPI_RTF] = 0x1009,            [MAPI_REPORT_TEXT] = 0x1001,
    [MAPI_REPORTING] = 0x6820,      [MAPI_BODY_CODEPAGE] = 0x3FDE,
    [MAPI_CODEPAGE] = 0x3FFD,       [MAPI_KIND] = 0x0C15,
    [MAPI_NAME] = 0x3001,           [MAPI_ADDRESS] = 0x3003,
    [MAPI_SMTP] = 0x39FE,           [MAPI_REASON] = 0x0C04,
    [MAPI_DIAGNOSTIC] = 0x0C05,     [MAPI_STATUS] = 0x0C20,
    [MAPI_SUPPLEMENT] = 0x0C1B,     [MAPI_REMOTE] = 0x0C21,
    [MAPI_DATA] = 0x3701,           [MAPI_METHOD] = 0x3705,
    [MAPI_FILE] = 0x3704,           [MAPI_LONG_FILE] = 0x3707,
    [MAPI_MIME] = 0x370E,
};

static enum mapi_prop prop_of(uint32_t id)
{
	unsigned p = 0;

	while (p < MAPI_N && ids[p] != id)
		p++;
	return (enum mapi_prop)p;
}

static bool hex_of(sv s, uint32_t *out)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_xdigit(c))
			return false;
		v = v << 4 |
		    (uint32_t)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	*out = v;
	return s.n == 8;
}

static bool is_text(uint32_t type)
{
	return type == MAPI_STRING8 || type == MAPI_UNICODE;
}

/* "__substg1.0_0037001F": the value of a property, by its number and type. */
static void take_stream(struct mapi *o, sv name, uint32_t at)
{
	uint32_t tag, type;
	enum mapi_prop p;

	if (!hex_of(sv_drop(name, 12), &tag))
		return;
	p = prop_of(tag >> 16);
	type = tag & 0xFFFF;
	if (p == MAPI_N || (!is_text(type) && type != MAPI_BINARY &&
	                    type != MAPI_OBJECT))
		return;
	/* Where a text is there twice, the one with all characters. */
	if (o->type[p] == MAPI_UNICODE)
		return;
	o->at[p] = at;
	o->type[p] = (uint16_t)type;
}

static void take_fixed(struct mapi *o, sv stream)
{
	for (; stream.n >= ENTRY; stream = sv_drop(stream, ENTRY)) {
		uint16_t type = cfb_u16(stream, 0);
		enum mapi_prop p = prop_of(cfb_u16(stream, 2));

		if (p == MAPI_N || (type != MAPI_INT16 && type != MAPI_INT32 &&
		                    type != MAPI_TIME))
			continue;
		o->type[p] = type;
		o->value[p] = type == MAPI_INT16   ? cfb_u16(stream, 8)
		              : type == MAPI_INT32 ? cfb_u32(stream, 8)
		                                   : cfb_u64(stream, 8);
	}
}

void mapi_read(struct arena *a, struct cfb *f, uint32_t storage, size_t head,
               struct mapi *out)
{
	uint32_t at = f->entries[storage].first;

	*out = (struct mapi){0};
	for (unsigned p = 0; p < MAPI_N; p++)
		out->at[p] = CFB_NONE;
	for (; at != CFB_NONE; at = f->entries[at].next) {
		sv name = sv_str(f->entries[at].name);

		if (sv_istarts(name, SV("__substg1.0_"))) {
			out->any = true;
			take_stream(out, name, at);
		} else if (sv_ieq(name, SV("__properties_version1.0"))) {
			out->any = true;
			take_fixed(out, sv_drop(cfb_read(a, f, at, STREAM_MAX),
			                        head));
		}
	}
}
