# SPDX-License-Identifier: BSD-2-Clause
"""How each mail server is set up for the test, and started.

All of them listen on 192.0.2.25, take mail from 192.0.2.106 for anybody,
deliver mail for alice@mta.example.org, give up after some seconds, and want
TLS of plain-mx.example.net, which does not offer it.
"""
import os
import pathlib
import socket
import subprocess
import threading

from world import CLIENT_IP, HOST, SERVER_IP, fresh, run

HOME = pathlib.Path("/var/lib/alice")
PACKAGES = {
	"postfix": ["postfix"],
	"exim": ["exim4-base", "exim4-daemon-light"],
	"opensmtpd": ["opensmtpd"],
	"sendmail": ["sendmail-bin", "sendmail-base", "sendmail-cf"],
}

# With a back-off of one second a mail can be tried again while the first try
# still holds its file; the queue manager then leaves it where it is.
POSTFIX = f"""\
compatibility_level = 3.6
myhostname = {HOST}
mydestination = $myhostname
mynetworks = {CLIENT_IP}/32
inet_interfaces = {SERVER_IP}
inet_protocols = ipv4
smtp_bind_address = {SERVER_IP}
maillog_file = /var/log/mta.log
alias_maps =
alias_database =
home_mailbox = Maildir/
biff = no
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtp_tls_policy_maps = inline:{{ {{ plain.example.net = encrypt }} }}
queue_run_delay = 1s
minimal_backoff_time = 2s
maximal_backoff_time = 3s
maximal_queue_lifetime = 5s
bounce_queue_lifetime = 5s
delay_warning_time = 0h
smtp_destination_concurrency_failed_cohort_limit = 0
"""
MASTER = """\
smtp inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

EXIM = f"""\
primary_hostname = {HOST}
domainlist local_domains = {HOST}
hostlist relay_from = {CLIENT_IP}
local_interfaces = {SERVER_IP}
log_file_path = /var/log/exim4/%slog
acl_smtp_rcpt = rcpt
keep_environment =
rfc1413_query_timeout = 0s
delay_warning = 3s
begin acl
rcpt:
  accept hosts = +relay_from
  require verify = recipient
  accept
begin routers
dns:
  driver = dnslookup
  domains = ! +local_domains
  transport = smtp
  no_more
user:
  driver = accept
  check_local_user
  transport = maildir
begin transports
smtp:
  driver = smtp
  interface = {SERVER_IP}
  hosts_try_fastopen =
  hosts_require_tls = 198.51.100.18
maildir:
  driver = appendfile
  directory = $home/Maildir
  maildir_format
  create_directory
begin retry
* * F,6s,1s
"""

OPENSMTPD = f"""\
queue ttl 7s
bounce warn-interval 3s
listen on {SERVER_IP} hostname {HOST}
action "local" maildir "/var/lib/%{{user.username}}/Maildir"
action "tls" relay tls no-verify src {SERVER_IP} helo {HOST}
action "relay" relay src {SERVER_IP} helo {HOST}
match from any for domain "{HOST}" action "local"
match from src {CLIENT_IP} for domain "plain.example.net" action "tls"
match from socket for any action "relay"
match from src {CLIENT_IP} for any action "relay"
"""

SENDMAIL = f"""\
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`debian')dnl
define(`confDOMAIN_NAME', `{HOST}')dnl
define(`confCW_FILE', `-o /etc/mail/local-host-names')dnl
define(`ALIAS_FILE', `/etc/mail/aliases')dnl
undefine(`confHOST_STATUS_DIRECTORY')dnl
define(`confPID_FILE', `/run/sendmail.pid')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTO_IDENT', `0')dnl
define(`confTO_QUEUERETURN', `7s')dnl
define(`confTO_QUEUEWARN', `3s')dnl
define(`confTO_HOSTSTATUS', `1s')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`LOCAL_MAILER_PATH', `/usr/libexec/sendmail/mail.local')dnl
define(`LOCAL_MAILER_ARGS', `mail.local -d $u')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`access_db', `hash -o -T<TMPF> /etc/mail/access')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port=smtp, Addr={SERVER_IP}')dnl
CLIENT_OPTIONS(`Family=inet, Addr={SERVER_IP}')dnl
LOCAL_DOMAIN(`{HOST}')dnl
RELAY_DOMAIN(`{CLIENT_IP}')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
"""


def log_to(path):
	"""/dev/log: each datagram is one line of the file."""
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind("/dev/log")
	os.chmod("/dev/log", 0o666)

	def copy():
		with open(path, "ab", 0) as f:
			while True:
				f.write(s.recv(65536).rstrip(b"\0\n") + b"\n")
	threading.Thread(target=copy, daemon=True).start()


def folder(path, owner, mode):
	pathlib.Path(path).mkdir(parents=True, exist_ok=True)
	os.chmod(path, mode)
	run("chown", owner, path)


def daemon(*command):
	with open("/var/log/mta.out", "ab") as out:
		subprocess.Popen(command, stdout=out, stderr=out,
		                 stdin=subprocess.DEVNULL)


def start_postfix():
	fresh("/etc/postfix/main.cf", POSTFIX)
	fresh("/etc/postfix/master.cf", MASTER)
	for name in ("dynamicmaps.cf",):
		have = pathlib.Path("/usr/share/postfix", name)
		there = pathlib.Path("/etc/postfix", name)
		if have.exists() and not there.exists():
			there.write_bytes(have.read_bytes())
	for tool in ("postdrop", "postqueue"):
		run("chgrp", "postdrop", f"/usr/sbin/{tool}")
		os.chmod(f"/usr/sbin/{tool}", 0o2555)
	folder("/var/lib/postfix", "postfix", 0o755)
	folder("/var/spool/postfix", "root", 0o755)
	# Postfix waits until its configuration is two seconds old.
	for name in ("main.cf", "master.cf"):
		then = os.stat("/etc/postfix").st_mtime - 10
		os.utime(f"/etc/postfix/{name}", (then, then))
	with open("/var/log/mta.out", "ab") as out:
		run("postfix", "start", stdout=out, stderr=out)


def start_exim():
	for path in ("/var/spool/exim4", "/var/log/exim4", "/run/exim4"):
		folder(path, "Debian-exim:Debian-exim", 0o750)
	pathlib.Path("/etc/exim4").mkdir(exist_ok=True)
	fresh("/etc/exim4/exim4.conf", EXIM)
	daemon("exim4", "-bdf", "-q1s")


def start_opensmtpd():
	folder("/var/spool/smtpd", "root", 0o711)
	folder("/var/lib/opensmtpd/empty", "root", 0o755)
	fresh("/etc/smtpd.conf", OPENSMTPD)
	daemon("smtpd", "-d", "-f", "/etc/smtpd.conf")


def start_sendmail():
	log_to("/var/log/mta.log")
	folder("/etc/mail", "root:root", 0o755)
	folder("/var/spool/mqueue", "root", 0o700)
	folder("/var/lib/sendmail", "root", 0o755)
	fresh("/etc/mail/lab.mc", SENDMAIL)
	done = run("m4", "/etc/mail/lab.mc", stdout=subprocess.PIPE)
	fresh("/etc/mail/sendmail.cf", done.stdout.decode())
	fresh("/etc/mail/aliases", "")
	run("/usr/libexec/sendmail/sendmail", "-bi", stdout=subprocess.DEVNULL)
	fresh("/run/access", "TLS_Srv:plain-mx.example.net\tTEMP+ENCR:112\n"
	      "TLS_Srv:198.51.100.18\tTEMP+ENCR:112\n")
	with open("/run/access", encoding="utf-8") as f:
		run("/usr/libexec/sendmail/makemap", "hash", "/etc/mail/access",
		    stdin=f)
	daemon("/usr/libexec/sendmail/sendmail", "-bD", "-q1s")


START = {"postfix": start_postfix, "exim": start_exim,
         "opensmtpd": start_opensmtpd, "sendmail": start_sendmail}


def logs():
	"""The server's own words, for when something is wrong."""
	for path in ("/var/log/mta.out", "/var/log/mta.log",
	             "/var/log/exim4/mainlog"):
		p = pathlib.Path(path)
		if p.exists():
			yield p
