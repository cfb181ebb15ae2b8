/* What an IKE record can carry: EVE's members and Suricata's keywords. */
#include "dissectors/ike/fields.h"

static const struct field_name exchanges[] = {
    { 1, "base" }, { 2, "identity_protection" }, { 3, "authentication_only" }, { 4, "aggressive" }, { 5, "informational_v1" },
    { 6, "transaction" }, { 32, "quick_mode" }, { 33, "new_group_mode" },
    { 34, "ike_sa_init" }, { 35, "ike_auth" }, { 36, "create_child_sa" }, { 37, "informational" }, { 38, "ike_session_resume" },
    { 39, "gsa_auth" }, { 40, "gsa_registration" }, { 41, "gsa_rekey" }, { 43, "ike_intermediate" }, { 44, "ike_followup_ke" },
    { 0, NULL }
};

/* As EVE writes them; the two versions' numbers do not meet. */
static const struct field_name payloads[] = {
    { 1, "SecurityAssociation" }, { 2, "Proposal" }, { 3, "Transform" }, { 4, "KeyExchange" }, { 5, "Identification" },
    { 6, "Certificate" }, { 7, "CertificateRequest" }, { 8, "Hash" }, { 9, "Signature" }, { 10, "Nonce" }, { 11, "Notification" },
    { 12, "Delete" }, { 13, "VendorID" }, { 15, "SaKekPayload" }, { 16, "SaTekPayload" }, { 17, "KeyDownload" },
    { 18, "SequenceNumber" }, { 19, "ProofOfPossession" }, { 20, "NatDiscovery" }, { 21, "NatOriginalAddress" },
    { 22, "GroupAssociatedPolicy" }, { 33, "SecurityAssociation" }, { 34, "KeyExchange" }, { 35, "IdentInitiator" },
    { 36, "IdentResponder" }, { 37, "Certificate" }, { 38, "CertificateRequest" }, { 39, "Authentication" }, { 40, "Nonce" },
    { 41, "Notify" }, { 42, "Delete" }, { 43, "VendorID" }, { 44, "TrafficSelectorInitiator" }, { 45, "TrafficSelectorResponder" },
    { 46, "EncryptedAndAuthenticated" }, { 47, "Configuration" }, { 48, "ExtensibleAuthentication" },
    { 53, "EncryptedAndAuthenticatedFragment" }, { 0, NULL }
};

static const struct field_name protocols[] = { { 1, "ike" }, { 2, "ah" }, { 3, "esp" }, { 4, "ipcomp" }, { 0, NULL } };

static const struct field_name notifies[] = {       /* RFC 7296 3.10.1 and IANA */
    { 1, "unsupported_critical_payload" }, { 4, "invalid_ike_spi" }, { 5, "invalid_major_version" }, { 7, "invalid_syntax" },
    { 9, "invalid_message_id" }, { 11, "invalid_spi" }, { 14, "no_proposal_chosen" }, { 17, "invalid_ke_payload" },
    { 24, "authentication_failed" }, { 34, "single_pair_required" }, { 35, "no_additional_sas" }, { 36, "internal_address_failure" },
    { 37, "failed_cp_required" }, { 38, "ts_unacceptable" }, { 39, "invalid_selectors" }, { 43, "temporary_failure" },
    { 44, "child_sa_not_found" }, { 16384, "initial_contact" }, { 16385, "set_window_size" }, { 16386, "additional_ts_possible" },
    { 16387, "ipcomp_supported" }, { 16388, "nat_detection_source_ip" }, { 16389, "nat_detection_destination_ip" }, { 16390, "cookie" },
    { 16391, "use_transport_mode" }, { 16392, "http_cert_lookup_supported" }, { 16393, "rekey_sa" },
    { 16394, "esp_tfc_padding_not_supported" }, { 16395, "non_first_fragments_also" }, { 16396, "mobike_supported" },
    { 16404, "multiple_auth_supported" }, { 16406, "redirect_supported" }, { 16407, "redirect" }, { 16430, "fragmentation_supported" },
    { 16431, "signature_hash_algorithms" }, { 16435, "use_ppk" }, { 16438, "intermediate_exchange_supported" }, { 0, NULL }
};

#define IN(list) .in = (list) + 1
#define CHOSEN(what, title, text) [IKE_CHOSEN + (what)] = { .name = title, .type = FIELD_UINT, .about = text }
#define OFFERED(what, title, text) \
    [IKE_OFFERED + (what)] = { .name = title, .type = FIELD_UINT, .flags = FIELD_MANY, IN(IKE_PROPOSALS), .about = text }

static const struct field fields[] = {
    [IKE_INIT_SPI_SENT] = { .name = "initiator_says", .type = FIELD_TEXT, .flags = FIELD_HIDDEN, .aliases = "ike.init_spi",
                            .about = "The initiator's SPI as sixteen hex digits, in the client's messages." },
    [IKE_RESP_SPI_SENT] = { .name = "responder_says", .type = FIELD_TEXT, .flags = FIELD_HIDDEN, .aliases = "ike.resp_spi",
                            .about = "The responder's SPI as sixteen hex digits, in the server's messages." },
    [IKE_VENDOR] = { .name = "vendor", .type = FIELD_TEXT, .flags = FIELD_HIDDEN | FIELD_MANY,
                     .about = "Vendor ids of the client as hex digits, version 1." },
    [IKE_VERSION_MAJOR] = { .name = "version_major", .type = FIELD_UINT, .about = "Major version." },
    [IKE_VERSION_MINOR] = { .name = "version_minor", .type = FIELD_UINT, .about = "Minor version." },
    [IKE_INIT_SPI] = { .name = "init_spi", .type = FIELD_TEXT, .aliases = "ike.spi_initiator", .about = "The initiator's SPI, in any message." },
    [IKE_RESP_SPI] = { .name = "resp_spi", .type = FIELD_TEXT, .aliases = "ike.spi_responder", .about = "The responder's SPI, in any message." },
    [IKE_MESSAGE_ID] = { .name = "message_id", .type = FIELD_UINT, .about = "Message id." },
    [IKE_EXCHANGE_TYPE] = { .name = "exchange_type", .type = FIELD_UINT, .names = exchanges, .aliases = "ike.exchtype", .about = "Exchange type." },
    [IKE_FLAGS] = { .name = "flags", .type = FIELD_UINT, .about = "Flags of the header." },
    [IKE_ROLE] = { .name = "role", .type = FIELD_TEXT, .about = "Who speaks, by the flag of version 2: initiator or responder." },
    CHOSEN(IKE_ENC, "alg_enc_raw", "Encryption that the responder chose."),
    CHOSEN(IKE_HASH, "alg_hash_raw", "Hash that the responder chose, version 1."),
    CHOSEN(IKE_AUTH, "alg_auth_raw", "Authentication method (version 1) or integrity (version 2) that the responder chose."),
    CHOSEN(IKE_PRF, "alg_prf_raw", "Pseudo-random function that the responder chose."),
    CHOSEN(IKE_DH, "alg_dh_raw", "Diffie-Hellman group that the responder chose."),
    CHOSEN(IKE_ESN, "alg_esn_raw", "Extended sequence numbers that the responder chose."),
    CHOSEN(IKE_KEY_LENGTH, "sa_key_length_raw", "Length of the key in bits."),
    CHOSEN(IKE_LIFE_TYPE, "sa_life_type_raw", "Unit of the life: 1 seconds, 2 kilobytes."),
    CHOSEN(IKE_LIFE_DURATION, "sa_life_duration_raw", "Life in that unit."),
    CHOSEN(IKE_GROUP_TYPE, "sa_group_type_raw", "Kind of a group given by its parameters."),
    CHOSEN(IKE_FIELD_SIZE, "sa_field_size_raw", "Its field's size in bits."),
    [IKE_CHOSEN_ENC_NAME] = { .name = "alg_enc", .type = FIELD_TEXT, .about = "Name of the chosen encryption." },
    [IKE_CHOSEN_AUTH_NAME] = { .name = "alg_auth", .type = FIELD_TEXT, .about = "Name of the chosen authentication or integrity." },
    [IKE_CHOSEN_DH_NAME] = { .name = "alg_dh", .type = FIELD_TEXT, .about = "Name of the chosen group." },
    [IKE_PAYLOAD] = { .name = "payload", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, .names = payloads,
                      .about = "Payloads of the message, in order." },
    [IKE_KEY_EXCHANGE] = { .name = "key_exchange_payload", .type = FIELD_BYTES, .about = "Key exchange data, version 1." },
    [IKE_KEY_EXCHANGE_LENGTH] = { .name = "key_exchange_payload_length", .type = FIELD_UINT, .unit = "bytes", .about = "Its length." },
    [IKE_NONCE] = { .name = "nonce_payload", .type = FIELD_BYTES, .about = "Nonce, version 1." },
    [IKE_NONCE_LENGTH] = { .name = "nonce_payload_length", .type = FIELD_UINT, .unit = "bytes", .about = "Its length." },
    [IKE_IDENTIFICATION] = { .name = "identification", .type = FIELD_TEXT, .about = "Identity in the clear: aggressive mode says who calls." },
    [IKE_PROPOSALS] = { .name = "proposals", .type = FIELD_LIST, .about = "What is proposed: a transform (version 1) or a proposal (version 2) each." },
    [IKE_PROPOSAL_NUMBER] = { .name = "number", .type = FIELD_UINT, IN(IKE_PROPOSALS), .about = "Proposal's number." },
    [IKE_PROPOSAL_PROTOCOL] = { .name = "protocol", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = protocols, IN(IKE_PROPOSALS),
                                .about = "What it would protect." },
    OFFERED(IKE_ENC, "alg_enc", "Encryption."), OFFERED(IKE_HASH, "alg_hash", "Hash."),
    OFFERED(IKE_AUTH, "alg_auth", "Authentication method or integrity."), OFFERED(IKE_PRF, "alg_prf", "Pseudo-random function."),
    OFFERED(IKE_DH, "alg_dh", "Diffie-Hellman group."), OFFERED(IKE_ESN, "alg_esn", "Extended sequence numbers."),
    OFFERED(IKE_KEY_LENGTH, "sa_key_length", "Length of the key in bits."), OFFERED(IKE_LIFE_TYPE, "sa_life_type", "Unit of the life."),
    OFFERED(IKE_LIFE_DURATION, "sa_life_duration", "Life in that unit."), OFFERED(IKE_GROUP_TYPE, "sa_group_type", "Kind of a given group."),
    OFFERED(IKE_FIELD_SIZE, "sa_field_size", "Its field's size in bits."),
    [IKE_V1] = { .name = "ikev1", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "What only version 1 has." },
    [IKE_V1_DOI] = { .name = "doi", .type = FIELD_UINT, IN(IKE_V1), .about = "Domain of interpretation; 1 is IPsec." },
    [IKE_V1_ENCRYPTED] = { .name = "encrypted_payloads", .type = FIELD_FLAG, IN(IKE_V1), .about = "The payloads are encrypted." },
    [IKE_V1_VENDOR_IDS] = { .name = "vendor_ids", .type = FIELD_TEXT, .flags = FIELD_MANY, IN(IKE_V1), .about = "Vendor ids as hex digits." },
    [IKE_V1_NOTIFY] = { .name = "notify", .type = FIELD_UINT, .flags = FIELD_MANY, IN(IKE_V1), .about = "Notifications." },
    [IKE_V2] = { .name = "ikev2", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "What only version 2 has." },
    [IKE_V2_ERRORS] = { .name = "errors", .type = FIELD_UINT, IN(IKE_V2), .about = "Notifications of errors." },
    [IKE_V2_DH_GROUP] = { .name = "dh_group", .type = FIELD_UINT, IN(IKE_V2), .about = "Group of the key exchange payload." },
    [IKE_V2_KEY_EXCHANGE_LENGTH] = { .name = "key_exchange_length", .type = FIELD_UINT, .unit = "bytes", IN(IKE_V2), .about = "Length of its data." },
    [IKE_V2_NONCE_LENGTH] = { .name = "nonce_length", .type = FIELD_UINT, .unit = "bytes", IN(IKE_V2), .about = "Length of the nonce." },
    [IKE_V2_NOTIFY] = { .name = "notify", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, .names = notifies, IN(IKE_V2),
                        .about = "Notifications." },
    [IKE_V2_VENDOR_IDS] = { .name = "vendor_ids", .type = FIELD_TEXT, .flags = FIELD_MANY, IN(IKE_V2), .about = "Vendor ids as hex digits." },
};

static const struct anomaly anomalies[] = {
    [IKE_MALFORMED_DATA]           = { "malformed_data", "A message that contradicts itself." },
    [IKE_NO_ENCRYPTION]            = { "no_encryption", "A proposal for AH: nothing is encrypted." },
    [IKE_WEAK_CRYPTO_ENC]          = { "weak_crypto_enc", "A weak cipher is proposed or chosen." },
    [IKE_WEAK_CRYPTO_PRF]          = { "weak_crypto_prf", "A weak pseudo-random function." },
    [IKE_WEAK_CRYPTO_DH]           = { "weak_crypto_dh", "A weak Diffie-Hellman group." },
    [IKE_WEAK_CRYPTO_AUTH]         = { "weak_crypto_auth", "A weak integrity algorithm." },
    [IKE_WEAK_CRYPTO_NO_DH]        = { "weak_crypto_no_dh", "A proposal without Diffie-Hellman group." },
    [IKE_WEAK_CRYPTO_NO_AUTH]      = { "weak_crypto_no_auth", "A proposal without integrity." },
    [IKE_INVALID_PROPOSAL]         = { "invalid_proposal", "A proposal of nothing: no group, no pseudo-random function." },
    [IKE_UNKNOWN_PROPOSAL]         = { "unknown_proposal", "A transform of a type that nobody knows." },
    [IKE_PAYLOAD_EXTRA_DATA]       = { "payload_extra_data", "Octets after the last payload." },
    [IKE_MULTIPLE_SERVER_PROPOSAL] = { "multiple_server_proposal", "The responder chose more than one." },
};

_Static_assert(sizeof fields / sizeof fields[0] == IKE_ROW_COUNT, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == IKE_ANOMALY_COUNT, "a row for each anomaly");

const struct schema ike_schema = { "ike", fields, IKE_ROW_COUNT, anomalies, IKE_ANOMALY_COUNT };
