/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_reason.h"

static const char *const names[DKIM_REASON_N] = {
    [DKIM_FINE] = "",
    [DKIM_SYNTAX] = "syntax",
    [DKIM_DUPLICATE_TAG] = "duplicate_tag",
    [DKIM_MISSING_TAG] = "missing_tag",
    [DKIM_BAD_VALUE] = "bad_value",
    [DKIM_VERSION] = "unsupported_version",
    [DKIM_ALGORITHM] = "unsupported_algorithm",
    [DKIM_CANONICALIZATION] = "unsupported_canonicalization",
    [DKIM_QUERY] = "unsupported_query_method",
    [DKIM_IDENTITY] = "i_not_subdomain_of_d",
    [DKIM_FROM_UNSIGNED] = "from_not_signed",
    [DKIM_FROM_MISSING] = "from_missing",
    [DKIM_SIGNATURE_BASE64] = "signature_bad_base64",
    [DKIM_EXPIRED] = "signature_expired",
    [DKIM_FUTURE] = "timestamp_in_future",
    [DKIM_RSA_SHA1] = "rsa_sha1",
    [DKIM_TOO_MANY] = "too_many_signatures",
    [DKIM_KEY_NOT_FOUND] = "key_not_found",
    [DKIM_KEY_DNS] = "key_dns_error",
    [DKIM_KEY_SEVERAL] = "key_multiple_records",
    [DKIM_KEY_OTHER] = "key_record_is_something_else",
    [DKIM_KEY_QUOTES] = "key_literal_quotes",
    [DKIM_KEY_VERSION] = "key_bad_version",
    [DKIM_KEY_VERSION_PLACE] = "key_version_not_first",
    [DKIM_KEY_SYNTAX] = "key_syntax",
    [DKIM_KEY_DUPLICATE_TAG] = "key_duplicate_tag",
    [DKIM_KEY_MISSING_P] = "key_missing_p",
    [DKIM_KEY_REVOKED] = "key_revoked",
    [DKIM_KEY_BASE64] = "key_bad_base64",
    [DKIM_KEY_TRUNCATED] = "key_truncated",
    [DKIM_KEY_DER] = "key_not_a_key",
    [DKIM_KEY_ED25519] = "key_ed25519_not_raw_32_bytes",
    [DKIM_KEY_TYPE] = "key_type_unknown",
    [DKIM_KEY_MISMATCH] = "key_type_mismatch",
    [DKIM_KEY_HASH] = "key_hash_not_allowed",
    [DKIM_KEY_SERVICE] = "key_service_not_email",
    [DKIM_KEY_STRICT] = "key_t_s_forbids_subdomain_i",
    [DKIM_KEY_SMALL] = "key_too_small",
    [DKIM_KEY_LARGE] = "key_too_large",
    [DKIM_KEY_UNUSABLE] = "key_unusable",
    [DKIM_BODY_CHANGED] = "body_changed",
    [DKIM_BODY_WHITESPACE] = "body_whitespace",
    [DKIM_BODY_RECODED] = "body_reencoded",
    [DKIM_BODY_EMPTY] = "body_was_empty",
    [DKIM_BODY_WRAPPED] = "body_line_wrapped",
    [DKIM_BODY_MBOX] = "body_from_quoted",
    [DKIM_BODY_DOT] = "dot_stuffing",
    [DKIM_BODY_LENGTH] = "l_larger_than_body",
    [DKIM_LF_NORMALISED] = "bare_lf_normalised",
    [DKIM_LF_PRESENT] = "bare_lf_in_message",
    [DKIM_HEADER_CHANGED] = "header_changed",
    [DKIM_HEADER_ADDED] = "header_added",
    [DKIM_HEADER_REMOVED] = "header_removed",
    [DKIM_HEADER_FOLDING] = "header_folding",
    [DKIM_HEADER_SPACE] = "header_whitespace",
    [DKIM_HEADER_CASE] = "header_name_case",
    [DKIM_WRONG_KEY] = "signature_of_another_key",
    [DKIM_NO_MEMORY] = "no_memory"};

const char *dkim_reason_name(enum dkim_reason reason)
{
	return names[reason];
}

sv dkim_reason_label(struct arena *a, enum dkim_reason reason, sv arg)
{
	if (!arg.n)
		return sv_str(names[reason]);
	return arena_printf(a, "%s:%.*s", names[reason], SV_FMT(arg));
}
