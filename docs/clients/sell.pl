#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# sell.pl - ask whether a SIM sale may go ahead, with Authen::Radius (Debian:
# libauthen-radius-perl).
#
#	./sell.pl HOST:PORT SECRET-FILE dictionary.migrantid.standalone ATTRIBUTE=VALUE..
#
# Prints the reply; exit status 0: sell, 1: do not sell now, 2: no reply. See shops.md.
use strict;
use warnings;
use Authen::Radius;

# Authen::Radius overlooks encrypt=1 in the dictionary: what is hidden is hidden here.
my %hidden = map { ("MigrantID-$_" => 1) } qw(Subject-Token Document-Number Date-of-Birth MRZ);

my ($server, $secret_file, $dictionary, @sale) = @ARGV;
open(my $file, '<', $secret_file) or die "$secret_file: $!\n";
chomp(my $secret = <$file>);
Authen::Radius->load_dictionary($dictionary);
# Unsigned requests are not answered at all: Rfc3579MessageAuth signs.
my $till = Authen::Radius->new(Host => $server, Secret => $secret, TimeOut => 5,
	Rfc3579MessageAuth => 1) or die "$server: " . Authen::Radius::strerror() . "\n";

# Sends the whole sale, three times at most, and State if there is one; the reply's code.
sub ask {
	my ($state) = @_;
	$till->clear_attributes;
	$till->gen_authenticator; # first, for hiding needs it
	for (@sale) {
		my ($name, $value) = split /=/, $_, 2;
		$value = $till->encrypt_pwd($value) if $hidden{$name};
		$till->add_attributes({ Name => $name, Value => $value });
	}
	$till->add_attributes({ Name => 'State', Value => $state, Type => 'string' }) if $state;
	for my $attempt (0 .. 2) {
		$till->send_packet(ACCESS_REQUEST, $attempt); # the same packet again, never a new one
		my $code = $till->recv_packet(1);
		return $code if $code;
	}
	print STDERR "no reply: see 'No reply at all' in shops.md\n";
	exit 2;
}

my $code = ask();
while ($code == ACCESS_CHALLENGE) {
	my %reply = map { ($_->{AttrName} => $_) } $till->get_attributes;
	sleep($reply{'MigrantID-Retry-After'} ? $reply{'MigrantID-Retry-After'}{Value} : 1);
	$code = ask($reply{State}{RawValue});
}
my @reply = $till->get_attributes;
# A reply that is not signed may be anybody's; a wrong signature is no reply (recv_packet).
my @told = grep { $_->{AttrName} ne 'Message-Authenticator' } @reply;
@told < @reply or die "the reply is not signed\n";
print $code == ACCESS_ACCEPT ? "Access-Accept\n" : "Access-Reject\n";
print "$_->{AttrName} = $_->{Value}\n" for @told; # octets of UTF-8, as they came
exit($code == ACCESS_ACCEPT ? 0 : 1);
