/* SPDX-License-Identifier: BSD-2-Clause */
/* spf_zone.h - the record that SPF is measured with: twelve questions */
#ifndef BENCH_SPF_ZONE_H
#define BENCH_SPF_ZONE_H

#define SPF_ZONE                                                              \
	"example.org TXT \"v=spf1 mx a include:a.example.net "                \
	"include:b.example.net include:c.example.net include:d.example.net "  \
	"include:e.example.net -all\"\n"                                      \
	"example.org A 192.0.2.80\n"                                          \
	"example.org MX 10 mx1.example.org\n"                                 \
	"example.org MX 20 mx2.example.org\n"                                 \
	"mx1.example.org A 192.0.2.25\n"                                      \
	"mx2.example.org A 192.0.2.26\n"                                      \
	"a.example.net TXT \"v=spf1 ip4:198.51.100.0/28 "                     \
	"ip4:198.51.100.32/28 ip6:2001:db8:a::/48 a:out.example.net ~all\"\n" \
	"b.example.net TXT \"v=spf1 ip4:198.51.100.64/28 "                    \
	"ip4:198.51.100.96/28 ip6:2001:db8:b::/48 ~all\"\n"                   \
	"c.example.net TXT \"v=spf1 ip4:198.51.100.128/28 "                   \
	"ip4:198.51.100.160/28 ip6:2001:db8:c::/48 ~all\"\n"                  \
	"d.example.net TXT \"v=spf1 ip4:198.51.100.192/28 "                   \
	"ip4:198.51.100.224/28 a:relay.example.net ~all\"\n"                  \
	"e.example.net TXT \"v=spf1 ip4:198.51.100.240/28 "                   \
	"ip4:203.0.113.0/29 ip4:203.0.113.8/29 ~all\"\n"                      \
	"out.example.net A 198.51.100.20\n"                                   \
	"relay.example.net A 198.51.100.21\n"

#endif
