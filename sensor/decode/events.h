/* events - everything that can be wrong or odd with a packet, one row each.
 *
 * A row is a bit in packet.events, a counter, a metric and a name for rules (`decode-event:ipv4.trunc_pkt;`). Names
 * and meanings are Suricata 7's where it has the event; link.unsupported and the checksums are ours. The ones about fragments are
 * set by flow/fragment.c.
 */
#ifndef DECODE_EVENTS_H
#define DECODE_EVENTS_H

#define DECODE_EVENTS(ROW) \
    ROW(IPV4_PKT_TOO_SMALL, "ipv4.pkt_too_small", "An IPv4 header needs 20 bytes and fewer are there.") \
    ROW(IPV4_HLEN_TOO_SMALL, "ipv4.hlen_too_small", "The IPv4 header says it is shorter than 20 bytes.") \
    ROW(IPV4_IPLEN_SMALLER_THAN_HLEN, "ipv4.iplen_smaller_than_hlen", "The IPv4 total length is smaller than its header.") \
    ROW(IPV4_TRUNC_PKT, "ipv4.trunc_pkt", "The IPv4 total length is larger than what was captured.") \
    ROW(IPV4_OPT_INVALID, "ipv4.opt_invalid", "An IPv4 option of no known kind.") \
    ROW(IPV4_OPT_INVALID_LEN, "ipv4.opt_invalid_len", "An IPv4 option whose length cannot be.") \
    ROW(IPV4_OPT_MALFORMED, "ipv4.opt_malformed", "An IPv4 option whose inside contradicts itself.") \
    ROW(IPV4_OPT_PAD_REQUIRED, "ipv4.opt_pad_required", "IPv4 options that are not padded to eight bytes.") \
    ROW(IPV4_OPT_EOL_REQUIRED, "ipv4.opt_eol_required", "IPv4 options that end without their end mark.") \
    ROW(IPV4_OPT_DUPLICATE, "ipv4.opt_duplicate", "An IPv4 option that occurs twice.") \
    ROW(IPV4_OPT_UNKNOWN, "ipv4.opt_unknown", "An IPv4 option that cannot be checked.") \
    ROW(IPV4_WRONG_IP_VERSION, "ipv4.wrong_ip_version", "IPv4 was announced and the version is not 4.") \
    ROW(IPV4_ICMPV6, "ipv4.icmpv6", "ICMPv6 inside IPv4.") \
    ROW(IPV4_FRAG_PKT_TOO_LARGE, "ipv4.frag_pkt_too_large", "IPv4 fragments that together exceed 65535 bytes.") \
    ROW(IPV4_FRAG_OVERLAP, "ipv4.frag_overlap", "IPv4 fragments that overlap.") \
    ROW(IPV4_FRAG_IGNORED, "ipv4.frag_ignored", "An IPv4 fragment that could not be kept.") \
    ROW(ICMPV4_PKT_TOO_SMALL, "icmpv4.pkt_too_small", "An ICMP header needs 8 bytes and fewer are there.") \
    ROW(ICMPV4_UNKNOWN_TYPE, "icmpv4.unknown_type", "An ICMP type that is not assigned.") \
    ROW(ICMPV4_UNKNOWN_CODE, "icmpv4.unknown_code", "An ICMP code that its type does not have.") \
    ROW(ICMPV4_IPV4_TRUNC_PKT, "icmpv4.ipv4_trunc_pkt", "An ICMP error that quotes less than an IPv4 header.") \
    ROW(ICMPV4_IPV4_UNKNOWN_VER, "icmpv4.ipv4_unknown_ver", "An ICMP error that quotes something other than IPv4.") \
    ROW(ICMPV6_UNKNOWN_TYPE, "icmpv6.unknown_type", "An ICMPv6 type that we do not know.") \
    ROW(ICMPV6_UNKNOWN_CODE, "icmpv6.unknown_code", "An ICMPv6 code that its type does not have.") \
    ROW(ICMPV6_PKT_TOO_SMALL, "icmpv6.pkt_too_small", "An ICMPv6 header needs 8 bytes and fewer are there.") \
    ROW(ICMPV6_IPV6_UNKNOWN_VERSION, "icmpv6.ipv6_unknown_version", "An ICMPv6 error that quotes something other than IPv6.") \
    ROW(ICMPV6_IPV6_TRUNC_PKT, "icmpv6.ipv6_trunc_pkt", "An ICMPv6 error that quotes less than an IPv6 header.") \
    ROW(ICMPV6_MLD_MESSAGE_WITH_INVALID_HL, "icmpv6.mld_message_with_invalid_hl", "A multicast listener message that came from beyond the link (hop limit not 1).") \
    ROW(ICMPV6_UNASSIGNED_TYPE, "icmpv6.unassigned_type", "An ICMPv6 type that IANA has not assigned.") \
    ROW(ICMPV6_EXPERIMENTATION_TYPE, "icmpv6.experimentation_type", "An ICMPv6 type for private experiments.") \
    ROW(IPV6_PKT_TOO_SMALL, "ipv6.pkt_too_small", "An IPv6 header needs 40 bytes and fewer are there.") \
    ROW(IPV6_TRUNC_PKT, "ipv6.trunc_pkt", "The IPv6 payload length is larger than what was captured.") \
    ROW(IPV6_TRUNC_EXTHDR, "ipv6.trunc_exthdr", "An IPv6 extension header reaches beyond the packet.") \
    ROW(IPV6_EXTHDR_DUPL_FH, "ipv6.exthdr_dupl_fh", "Two IPv6 fragment headers.") \
    ROW(IPV6_EXTHDR_USELESS_FH, "ipv6.exthdr_useless_fh", "An IPv6 fragment header on a packet that is not fragmented.") \
    ROW(IPV6_EXTHDR_DUPL_RH, "ipv6.exthdr_dupl_rh", "Two IPv6 routing headers.") \
    ROW(IPV6_EXTHDR_DUPL_HH, "ipv6.exthdr_dupl_hh", "Two IPv6 hop-by-hop headers.") \
    ROW(IPV6_EXTHDR_DUPL_DH, "ipv6.exthdr_dupl_dh", "More than two IPv6 destination option headers.") \
    ROW(IPV6_EXTHDR_DUPL_AH, "ipv6.exthdr_dupl_ah", "Two IPv6 authentication headers.") \
    ROW(IPV6_EXTHDR_DUPL_EH, "ipv6.exthdr_dupl_eh", "Two IPv6 encapsulation headers.") \
    ROW(IPV6_EXTHDR_INVALID_OPTLEN, "ipv6.exthdr_invalid_optlen", "An IPv6 option whose length cannot be.") \
    ROW(IPV6_WRONG_IP_VERSION, "ipv6.wrong_ip_version", "IPv6 was announced and the version is not 6.") \
    ROW(IPV6_EXTHDR_AH_RES_NOT_NULL, "ipv6.exthdr_ah_res_not_null", "The reserved field of an IPv6 authentication header is not zero.") \
    ROW(IPV6_HOPOPTS_UNKNOWN_OPT, "ipv6.hopopts_unknown_opt", "An IPv6 hop-by-hop option of no known kind.") \
    ROW(IPV6_HOPOPTS_ONLY_PADDING, "ipv6.hopopts_only_padding", "An IPv6 hop-by-hop header with nothing but padding.") \
    ROW(IPV6_DSTOPTS_UNKNOWN_OPT, "ipv6.dstopts_unknown_opt", "An IPv6 destination option of no known kind.") \
    ROW(IPV6_DSTOPTS_ONLY_PADDING, "ipv6.dstopts_only_padding", "An IPv6 destination options header with nothing but padding.") \
    ROW(IPV6_RH_TYPE_0, "ipv6.rh_type_0", "An IPv6 routing header of the deprecated type 0.") \
    ROW(IPV6_ZERO_LEN_PADN, "ipv6.zero_len_padn", "An IPv6 PadN option of length zero.") \
    ROW(IPV6_FH_NON_ZERO_RESERVED_FIELD, "ipv6.fh_non_zero_reserved_field", "The reserved field of an IPv6 fragment header is not zero.") \
    ROW(IPV6_DATA_AFTER_NONE_HEADER, "ipv6.data_after_none_header", "Data after the IPv6 header that says no next header.") \
    ROW(IPV6_UNKNOWN_NEXT_HEADER, "ipv6.unknown_next_header", "An IPv6 next header that we do not know.") \
    ROW(IPV6_ICMPV4, "ipv6.icmpv4", "ICMP for IPv4 inside IPv6.") \
    ROW(IPV6_FRAG_PKT_TOO_LARGE, "ipv6.frag_pkt_too_large", "IPv6 fragments that together exceed 65535 bytes.") \
    ROW(IPV6_FRAG_OVERLAP, "ipv6.frag_overlap", "IPv6 fragments that overlap.") \
    ROW(IPV6_FRAG_INVALID_LENGTH, "ipv6.frag_invalid_length", "An IPv6 fragment before the last whose length is no multiple of eight.") \
    ROW(IPV6_FRAG_IGNORED, "ipv6.frag_ignored", "An IPv6 fragment that could not be kept.") \
    ROW(IPV6_IPV4_IN_IPV6_TOO_SMALL, "ipv6.ipv4_in_ipv6_too_small", "IPv4 in IPv6 with less than an IPv4 header.") \
    ROW(IPV6_IPV4_IN_IPV6_WRONG_VERSION, "ipv6.ipv4_in_ipv6_wrong_version", "IPv4 in IPv6 whose version is not 4.") \
    ROW(IPV6_IPV6_IN_IPV6_TOO_SMALL, "ipv6.ipv6_in_ipv6_too_small", "IPv6 in IPv6 with less than an IPv6 header.") \
    ROW(IPV6_IPV6_IN_IPV6_WRONG_VERSION, "ipv6.ipv6_in_ipv6_wrong_version", "IPv6 in IPv6 whose version is not 6.") \
    ROW(TCP_PKT_TOO_SMALL, "tcp.pkt_too_small", "A TCP header needs 20 bytes and fewer are there.") \
    ROW(TCP_HLEN_TOO_SMALL, "tcp.hlen_too_small", "The TCP header says it is longer than the packet.") \
    ROW(TCP_INVALID_OPTLEN, "tcp.invalid_optlen", "The TCP header says it is shorter than 20 bytes.") \
    ROW(TCP_OPT_INVALID_LEN, "tcp.opt_invalid_len", "A TCP option whose length cannot be.") \
    ROW(TCP_OPT_DUPLICATE, "tcp.opt_duplicate", "A TCP option that occurs twice.") \
    ROW(UDP_PKT_TOO_SMALL, "udp.pkt_too_small", "The UDP length is larger than the packet.") \
    ROW(UDP_HLEN_TOO_SMALL, "udp.hlen_too_small", "A UDP header needs 8 bytes and fewer are there.") \
    ROW(UDP_LEN_INVALID, "udp.len_invalid", "The UDP length is smaller than its header.") \
    ROW(SCTP_PKT_TOO_SMALL, "sctp.pkt_too_small", "An SCTP header needs 12 bytes and fewer are there.") \
    ROW(SLL_PKT_TOO_SMALL, "sll.pkt_too_small", "A Linux cooked header that is not whole.") \
    ROW(ETHERNET_PKT_TOO_SMALL, "ethernet.pkt_too_small", "An Ethernet header needs 14 bytes and fewer are there.") \
    ROW(ETHERNET_UNKNOWN_ETHERTYPE, "ethernet.unknown_ethertype", "An Ethernet type that we do not know.") \
    ROW(PPP_PKT_TOO_SMALL, "ppp.pkt_too_small", "A PPP header that is not whole.") \
    ROW(PPP_VJU_PKT_TOO_SMALL, "ppp.vju_pkt_too_small", "A PPP frame with Van Jacobson's uncompressed TCP/IP that is too short for it.") \
    ROW(PPP_IP4_PKT_TOO_SMALL, "ppp.ip4_pkt_too_small", "A PPP frame with IPv4 that is too short for its header.") \
    ROW(PPP_IP6_PKT_TOO_SMALL, "ppp.ip6_pkt_too_small", "A PPP frame with IPv6 that is too short for its header.") \
    ROW(PPP_WRONG_TYPE, "ppp.wrong_type", "A PPP protocol that does not exist.") \
    ROW(PPP_UNSUP_PROTO, "ppp.unsup_proto", "A PPP protocol that exists and that we do not follow.") \
    ROW(PPPOE_PKT_TOO_SMALL, "pppoe.pkt_too_small", "A PPPoE header that is not whole.") \
    ROW(PPPOE_WRONG_CODE, "pppoe.wrong_code", "A PPPoE code that does not exist.") \
    ROW(PPPOE_MALFORMED_TAGS, "pppoe.malformed_tags", "PPPoE discovery tags that reach beyond their frame.") \
    ROW(GRE_PKT_TOO_SMALL, "gre.pkt_too_small", "A GRE header needs 4 bytes and fewer are there.") \
    ROW(GRE_WRONG_VERSION, "gre.wrong_version", "A GRE version other than 0 and 1.") \
    ROW(GRE_VERSION0_RECUR, "gre.version0_recur", "GRE version 0 with recursion control.") \
    ROW(GRE_VERSION0_FLAGS, "gre.version0_flags", "GRE version 0 with reserved flags.") \
    ROW(GRE_VERSION0_HDR_TOO_BIG, "gre.version0_hdr_too_big", "A GRE version 0 header that is longer than the packet.") \
    ROW(GRE_VERSION0_MALFORMED_SRE_HDR, "gre.version0_malformed_sre_hdr", "A GRE source route that reaches beyond the packet.") \
    ROW(GRE_VERSION1_CHKSUM, "gre.version1_chksum", "GRE version 1 with a checksum.") \
    ROW(GRE_VERSION1_ROUTE, "gre.version1_route", "GRE version 1 with routing.") \
    ROW(GRE_VERSION1_SSR, "gre.version1_ssr", "GRE version 1 with a strict source route.") \
    ROW(GRE_VERSION1_RECUR, "gre.version1_recur", "GRE version 1 with recursion control.") \
    ROW(GRE_VERSION1_FLAGS, "gre.version1_flags", "GRE version 1 with reserved flags.") \
    ROW(GRE_VERSION1_NO_KEY, "gre.version1_no_key", "GRE version 1 without a key.") \
    ROW(GRE_VERSION1_WRONG_PROTOCOL, "gre.version1_wrong_protocol", "GRE version 1 that carries something other than PPP.") \
    ROW(GRE_VERSION1_MALFORMED_SRE_HDR, "gre.version1_malformed_sre_hdr", "A GRE version 1 source route.") \
    ROW(GRE_VERSION1_HDR_TOO_BIG, "gre.version1_hdr_too_big", "A GRE version 1 header that is longer than the packet.") \
    ROW(VLAN_HEADER_TOO_SMALL, "vlan.header_too_small", "A VLAN tag that is not whole.") \
    ROW(VLAN_UNKNOWN_TYPE, "vlan.unknown_type", "A VLAN tag before a type that we do not know.") \
    ROW(VLAN_TOO_MANY_LAYERS, "vlan.too_many_layers", "More VLAN tags than three.") \
    ROW(IEEE8021AH_HEADER_TOO_SMALL, "ieee8021ah.header_too_small", "An 802.1ah header that is not whole.") \
    ROW(VNTAG_HEADER_TOO_SMALL, "vntag.header_too_small", "A VN-Tag that is not whole.") \
    ROW(VNTAG_UNKNOWN_TYPE, "vntag.unknown_type", "A VN-Tag before a type that we do not know.") \
    ROW(IPRAW_INVALID_IP_VERSION, "ipraw.invalid_ip_version", "A raw IP frame whose version is neither 4 nor 6.") \
    ROW(LTNULL_PKT_TOO_SMALL, "ltnull.pkt_too_small", "A null or loopback header that is not whole.") \
    ROW(LTNULL_UNSUPPORTED_TYPE, "ltnull.unsupported_type", "A null or loopback header of a family that we do not know.") \
    ROW(MPLS_HEADER_TOO_SMALL, "mpls.header_too_small", "An MPLS label that is not whole.") \
    ROW(MPLS_PKT_TOO_SMALL, "mpls.pkt_too_small", "An MPLS frame with nothing behind its labels.") \
    ROW(MPLS_BAD_LABEL_ROUTER_ALERT, "mpls.bad_label_router_alert", "The MPLS router alert label at the bottom of the stack.") \
    ROW(MPLS_BAD_LABEL_IMPLICIT_NULL, "mpls.bad_label_implicit_null", "The MPLS implicit null label, which is never on the wire.") \
    ROW(MPLS_BAD_LABEL_RESERVED, "mpls.bad_label_reserved", "A reserved MPLS label.") \
    ROW(MPLS_UNKNOWN_PAYLOAD_TYPE, "mpls.unknown_payload_type", "What MPLS carries cannot be told.") \
    ROW(VXLAN_UNKNOWN_PAYLOAD_TYPE, "vxlan.unknown_payload_type", "VXLAN that carries an Ethernet type that we do not know.") \
    ROW(GENEVE_UNKNOWN_PAYLOAD_TYPE, "geneve.unknown_payload_type", "GENEVE that carries a protocol that we do not know.") \
    ROW(ERSPAN_HEADER_TOO_SMALL, "erspan.header_too_small", "An ERSPAN header that is not whole.") \
    ROW(ERSPAN_UNSUPPORTED_VERSION, "erspan.unsupported_version", "An ERSPAN version that does not exist.") \
    ROW(ERSPAN_TOO_MANY_VLAN_LAYERS, "erspan.too_many_vlan_layers", "ERSPAN that adds one VLAN too many.") \
    ROW(DCE_PKT_TOO_SMALL, "dce.pkt_too_small", "A FabricPath frame that is not whole.") \
    ROW(CHDLC_PKT_TOO_SMALL, "chdlc.pkt_too_small", "A Cisco HDLC header that is not whole.") \
    ROW(TOO_MANY_LAYERS, "too_many_layers", "More layers than any honest packet has.") \
    ROW(AFPACKET_TRUNC_PKT, "afpacket.trunc_pkt", "The kernel's ring cut the packet.") \
    ROW(LINK_UNSUPPORTED, "link.unsupported", "A link type that we do not take apart.") \
    ROW(IPV4_CHECKSUM, "ipv4.checksum", "The IPv4 header checksum is wrong.") \
    ROW(TCP_CHECKSUM, "tcp.checksum", "The TCP checksum is wrong.") \
    ROW(UDP_CHECKSUM, "udp.checksum", "The UDP checksum is wrong.") \
    ROW(ICMPV4_CHECKSUM, "icmpv4.checksum", "The ICMP checksum is wrong.") \
    ROW(ICMPV6_CHECKSUM, "icmpv6.checksum", "The ICMPv6 checksum is wrong.")

#define DECODE_EVENT_NUMBER(number, name, about) DECODE_##number,
enum decode_event { DECODE_EVENTS(DECODE_EVENT_NUMBER) DECODE_EVENT_COUNT };
#undef DECODE_EVENT_NUMBER

/* By number, NULL-terminated: the table that rules are compiled against. */
extern const char *const decode_event_names[DECODE_EVENT_COUNT + 1];

#endif
