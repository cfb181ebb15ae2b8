#!/usr/bin/perl
# Makes the drill's country database out of countries.csv:
#
#     perl deploy/exercise/countries.pl LAYOUT countries.csv OUT.mmdb
#
# LAYOUT is "flat" (country_code, as free databases have it) or "nested" (country.iso_code, as MaxMind's). Which
# country a documentation range lies in is invented. The build time is fixed: the same table gives the same bytes.
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my %record = (
    flat   => sub { return { country_code => $_[0] } },
    nested => sub { return { country => { iso_code => $_[0] } } },
);

my ($layout, $table, $out) = @ARGV;
die "countries.pl: expected LAYOUT (flat or nested), TABLE.csv and OUT.mmdb\n" if @ARGV != 3 || !$record{$layout};

my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version               => 6,
    record_size              => 24,
    database_type            => 'Fengsui-Exercise-Country',
    languages                => ['en'],
    description              => { en => 'Countries of the drill' },
    alias_ipv6_to_ipv4       => 0,
    remove_reserved_networks => 0,
    map_key_type_callback    => sub { return $_[0] eq 'country' ? 'map' : 'utf8_string' },
    _build_epoch             => 1_767_225_600,
);

open my $in, '<', $table or die "$table: $!\n";
my @rows;
while (my $line = <$in>) {
    chomp $line;
    next if $. == 1 || $line eq '';
    $line =~ m{^([0-9a-fA-F:.]+/\d+),([A-Z]{2})$} or die "$table:$.: expected NETWORK/LENGTH,COUNTRY\n";
    push @rows, [$1, $2];
}
close $in;

sub bits { return (split m{/}, $_[0][0])[1] }
$tree->insert_network($_->[0], $record{$layout}->($_->[1])) for sort { bits($a) <=> bits($b) } @rows;

open my $file, '>:raw', $out or die "$out: $!\n";
$tree->write_tree($file);
close $file or die "$out: $!\n";
