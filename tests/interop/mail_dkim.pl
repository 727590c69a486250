#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
# What Mail::DKIM of Debian makes of files; the same commands as opendkim_dump:
#	mail_dkim.pl sign KEY r|s r|s FILE...
#	mail_dkim.pl verify RECORDS FILE...
# and of ARC:
#	mail_dkim.pl seal KEY FILE...
#	mail_dkim.pl chain RECORDS FILE...
use strict;
use warnings;
use Mail::DKIM::ARC::Signer;
use Mail::DKIM::ARC::Verifier;
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
if ($command eq 'seal') {
	my $key = shift;
	my ($selector) = $key =~ m{([^/]+)$};
	for my $path (@ARGV) {
		my $raw = slurp($path);
		my $s = Mail::DKIM::ARC::Signer->new(
			Algorithm => 'rsa-sha256', Domain => 'example.org',
			Chain => $raw =~ /^ARC-Seal:/mi ? 'pass' : 'none',
			SrvId => 'mx.example.org', Selector => $selector,
			Key => Mail::DKIM::PrivateKey->load(File => $key));
		$s->PRINT($raw);
		$s->CLOSE;
		die "$path: ", $s->result_detail if $s->result ne 'sealed';
		my $set = join("\n", $s->as_strings) . "\n";
		$set =~ s/\r?\n/\r\n/g;
		open my $f, '>:raw', "$path.theirs" or die "$path: $!";
		print $f $set, $raw;
		close $f or die "$path: $!";
	}
} elsif ($command ne 'sign') {
	for (split /\n/, slurp(shift)) {
		my ($name, $text) = split ' ', $_, 2;
		$record{lc $name} = $text;
	}
	for my $path (@ARGV) {
		my $v = $command eq 'chain' ? Mail::DKIM::ARC::Verifier->new
			: Mail::DKIM::Verifier->new;
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
