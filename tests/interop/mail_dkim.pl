#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
# What Mail::DKIM of Debian makes of files; the same commands as opendkim_dump:
#	mail_dkim.pl sign KEY r|s r|s FILE...
#	mail_dkim.pl verify RECORDS FILE...
use strict;
use warnings;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS::RR;

my %record;

sub slurp {
	my ($path) = @_;
	open my $f, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$f>;
}

{
	no warnings 'redefine';
	*Mail::DKIM::DNS::query = sub {
		my ($name, $type) = @_;
		$@ = 'NXDOMAIN';
		return unless exists $record{lc $name};
		my @text = unpack '(a255)*', $record{lc $name};
		return Net::DNS::RR->new(name => $name, type => 'TXT',
			txtdata => \@text);
	};
}

my $command = shift;
if ($command eq 'verify') {
	for (split /\n/, slurp(shift)) {
		my ($name, $text) = split ' ', $_, 2;
		$record{lc $name} = $text;
	}
	for my $path (@ARGV) {
		my $v = Mail::DKIM::Verifier->new;
		$v->PRINT(slurp($path));
		$v->CLOSE;
		print "$path ", $v->result, "\n";
	}
} else {
	my ($key, $header, $body) = (shift, shift, shift);
	my ($selector) = $key =~ m{([^/]+)$};
	my %word = (r => 'relaxed', s => 'simple');
	for my $path (@ARGV) {
		my $raw = slurp($path);
		my $s = Mail::DKIM::Signer->new(
			Algorithm => 'rsa-sha256',
			Method => "$word{$header}/$word{$body}",
			Domain => 'example.org', Selector => $selector,
			Key => Mail::DKIM::PrivateKey->load(File => $key));
		$s->PRINT($raw);
		$s->CLOSE;
		open my $f, '>:raw', "$path.theirs" or die "$path: $!";
		print $f $s->signature->as_string, "\r\n", $raw;
		close $f or die "$path: $!";
	}
}
