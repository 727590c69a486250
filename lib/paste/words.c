/* SPDX-License-Identifier: BSD-2-Clause */
#include "paste/words.h"

#include "base/ascii.h"

/* clang-format off */
static const char *const mail_words[] = {
	"mail", "email", "smtp", "esmtp", "recipient", "rcpt", "sender",
	"relay", "mailbox", "inbox", "mx", "helo", "ehlo", "envelope",
	"message", "messag", "header", "mime", "attachment", "spf", "dkim",
	"dmarc", "dnssec", "dane", "starttls", "tls", "ssl", "ptr", "rdns",
	"reverse", "hostname", "host", "domain", "dns", "address", "account",
	"user", "users", "authenti", "unauthenti", "authoriz", "login",
	"password", "credential", "username", "postmaster", "delivery",
	"deliver", "undeliver", "queue", "connection", "connect", "client",
	"server", "service", "ip", "spam", "virus", "malware", "phishing",
	"content", "quota", "overquota", "storage", "size", "greylist",
	"graylist", "blacklist", "blocklist", "block", "reputation", "policy",
	"sending", "limit", "rate", "resource", "command", "syntax",
	"session", "transaction", "system", "organization", "bounce", "ndr",
	"nexthop", "forward", "alias", "mta", "postfix", "exim", "sendmail",
	"dnsbl", "rbl", "spamhaus", "certificate", "handshake", "tcp", "hops",
	"loops", "verify", "verification", "identity", "csbl",
	"postfach", "empf", "absender", "nachricht", "benutzer", "anmeld",
	"authentisierung", "zustell", "speicher", "adresse",
	"boite", "bo\u00eete", "destinata", "emetteur", "\u00e9metteur",
	"expediteur", "exp\u00e9diteur", "connexion", "courrier", "courriel",
	"serv", "autentic", "correo", "buz\u00f3n", "mensaje", "usuario", "cuenta",
	"remitente", "casella", "utente", "messaggio", "postvak", "ontvanger",
	"afzender", "odbiorc", "nadawc", "skrzynk", "caixa",
	"\u043f\u043e\u0447\u0442", "\u043f\u0438\u0441\u044c\u043c",
	"\u044f\u0449\u0438\u043a",
	"\u043f\u043e\u043b\u0443\u0447\u0430\u0442",
	"\u043e\u0442\u043f\u0440\u0430\u0432",
	"\u0430\u0434\u0440\u0435\u0441",
	"\u0441\u0435\u0440\u0432\u0435\u0440",
	"\u90ae", "\u6536\u4ef6", "\u53d1\u4ef6", "\u7528\u6237",
	"\u6388\u6743",
	"\u53d1\u9001", "\u8fde\u63a5", "\u670d\u52a1\u5668",
	"\u90f5", "\u4fe1\u7bb1", "\u30e1\u30fc\u30eb", "\u5b9b\u5148",
	"\u9001\u4fe1", "\u53d7\u4fe1", "\u63a5\u7d9a", "\u30b5\u30fc\u30d0",
	"\uba54\uc77c", "\uc218\uc2e0", "\ubc1c\uc2e0",
};
static const char *const refusal_words[] = {
	"reject", "refus", "denied", "deny", "den", "block", "fail", "error",
	"invalid", "unknown", "unavailable", "unable", "cannot", "can't",
	"could", "couldn't", "no such", "not found", "not allowed",
	"not accepted", "not permitted", "not exist", "not authorized",
	"does not", "doesn't", "exceed", "too many", "too large", "too big",
	"too long", "too small", "full", "limit", "throttl", "temporar",
	"try again", "try later", "later", "timed", "timeout", "time-out",
	"i/o timeout", "expired", "suspend", "disabled", "inactive", "listed",
	"bad", "wrong", "insufficient", "infected", "violat", "bounced",
	"undeliver", "defer", "permanent", "permitted", "permission",
	"access", "required", "must", "closed", "lost", "trouble", "problem",
	"loop", "mismatch", "unsupported", "unreachable", "no route",
	"returned", "greylist", "exception", "warning", "fatal", "missing",
	"fehl", "abgelehnt", "abgewiesen", "ung\u00fcltig", "unbekannt",
	"unzustellbar", "voll", "gesperrt", "verweigert", "abbruch", "nicht",
	"\u00fcberschritten", "zuviel", "err", "\u00e9chou", "\u00e9chec",
	"invalide", "inconnu", "pleine", "trop", "impossible", "bloqu",
	"rechaz", "lleno", "desconocid", "denegad", "inv\u00e1lid", "rifiut",
	"pien", "geweiger", "onbekend", "odrzuc", "nieznan", "rejeitad",
	"\u043e\u0448\u0438\u0431\u043a",
	"\u043e\u0442\u043a\u043b\u043e\u043d",
	"\u043d\u0435 \u0443\u0434\u0430",
	"\u0437\u0430\u0431\u043b\u043e\u043a",
	"\u9519\u8bef", "\u5931\u8d25", "\u62d2", "\u88ab\u9000",
	"\u65e0\u6548",
	"\u932f\u8aa4", "\u5931\u6557", "\u9000\u4fe1", "\u9000\u56de",
	"\u30a8\u30e9\u30fc", "\u62d2\u5426", "\u62d2\u7d76",
	"\uc624\ub958", "\uc2e4\ud328", "\uac70\ubd80",
};
static const char *const event_words[] = {
	"error", "failed", "failure", "failing", "fail with", "timed",
	"timeout", "time-out", "i/o timeout",
	"could not", "couldn't", "cannot", "can't", "unable", "exception",
	"fatal", "undeliver", "not delivered", "bounced", "defer",
	"0x800", "exceeds", "none of the", "mapiexception", "lost connection", "connection lost", "loops back", "warning:",
	"fehl", "konnte", "abbruch", "erreur", "\u00e9chec", "errore",
	"erro", "fout", "b\u0142\u0105d", "no se pudo",
	"\u043e\u0448\u0438\u0431\u043a", "\u043d\u0435 \u0443\u0434\u0430",
	"\u9519\u8bef", "\u5931\u8d25", "\u62a5\u9519", "\u932f\u8aa4",
	"\u5931\u6557", "\u30a8\u30e9\u30fc", "\uc624\ub958", "\uc2e4\ud328",
};
static const char *const other_words[] = {
	"http/", "http 4", "http 5", "http response", "http status",
	"http error", "http code", "ftp", "vsftpd", "sftp", "sip", "pjsip",
	"imap", "pop3", "sql", "mysql", "postgres", "oracle", "php-fpm",
	"nginx", "apache", "ssh", "sshd", "dovecot", "kernel", "level 16",
	"npm", "pip ", "pip3", "apt", "gcc", "ldap", "printer", "docker pull",
	"port 80", "port 443", "port 8080", "port 3306", "port 5432",
};
static const char *const article_words[] = {
	"for example", "for instance", "e.g.", "such as", "something like",
	"chapter", "tutorial", "changelog", "newsletter", "webinar",
	"unsubscribe", "in this article", "this guide", "rfc 5321",
	"rfc 3463", "rfc 2821", "rfc 821", "reply code", "status codes",
	"error codes", "three digit", "three-digit", "first digit",
	"### added", "### fixed", "### changed", "internet memo",
	"exercise", "means that", "is defined",
	"beispiel", "z. b.", "z.b.", "bedeut", "dreistellig", "fehlercodes",
	"hilfe-center", "dieser artikel", "kapitel",
	"chapitre", "par exemple", "signifie", "trois chiffres", "exercice",
	"codes de retour", "por ejemplo", "significa", "cap\u00edtulo",
	"ad esempio", "capitolo", "\u4f8b\u5982", "\u610f\u5473",
	"\u305f\u3068\u3048\u3070", "\u4f8b\u3048\u3070", "\u4e09\u6841",
	"\u30b3\u30fc\u30c9", "\u8ab2\u984c", "\u542b\u4e49",
};
/* clang-format on */

#define LIST(a) a, sizeof(a) / sizeof((a)[0])
static const struct {
	const char *const *words;
	size_t n;
} sets[WORDS_N] = {
	[WORDS_MAIL] = {LIST(mail_words)},
	[WORDS_REFUSAL] = {LIST(refusal_words)},
	[WORDS_EVENT] = {LIST(event_words)},
	[WORDS_OTHER] = {LIST(other_words)},
	[WORDS_ARTICLE] = {LIST(article_words)},
};

/* A word of ASCII begins behind what is no letter; others have no blanks. */
static bool begins_word(sv s, size_t i)
{
	if (is_high(s.p[i]))
		return ((unsigned char)s.p[i] & 0xC0) == 0xC0;
	return !is_blank(s.p[i]) && (!i || !is_alpha(s.p[i - 1]));
}

static bool any_at(sv here, enum word_set set)
{
	char first = to_lower(here.p[0]);

	for (size_t i = 0; i < sets[set].n; i++) {
		const char *w = sets[set].words[i];

		if (w[0] == first && sv_istarts(here, sv_str(w)))
			return true;
	}
	return false;
}

unsigned words_count(sv s, enum word_set set, unsigned max)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n && n < max; i++)
		if (begins_word(s, i) && any_at(sv_drop(s, i), set))
			n++;
	return n;
}

unsigned words_of_mail(sv s, unsigned max)
{
	unsigned n = words_count(s, WORDS_MAIL, max);

	return n < max ? n + words_count(s, WORDS_REFUSAL, max - n) : n;
}
