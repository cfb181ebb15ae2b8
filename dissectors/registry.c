/* The one place that lists the dissectors. Adding a protocol is its folder and one line.
 * They are tried in this order: the surest probe first. */
#include <string.h>

#include "dissectors/dissector.h"
#include "dissectors/bacnet/bacnet.h"
#include "dissectors/coap/coap.h"
#include "dissectors/ads/ads.h"
#include "dissectors/atg/atg.h"
#include "dissectors/bsap/bsap.h"
#include "dissectors/c1222/c1222.h"
#include "dissectors/codesys/codesys.h"
#include "dissectors/knx/knx.h"
#include "dissectors/hartip/hartip.h"
#include "dissectors/opcua/opcua.h"
#include "dissectors/dcerpc/dcerpc.h"
#include "dissectors/dhcp/dhcp.h"
#include "dissectors/dnp3/dnp3.h"
#include "dissectors/imap/imap.h"
#include "dissectors/ntp/ntp.h"
#include "dissectors/pgsql/pgsql.h"
#include "dissectors/pop3/pop3.h"
#include "dissectors/rdp/rdp.h"
#include "dissectors/smb/smb.h"
#include "dissectors/krb5/krb5.h"
#include "dissectors/mysql/mysql.h"
#include "dissectors/nfs/nfs.h"
#include "dissectors/ldap/ldap.h"
#include "dissectors/dlms/dlms.h"
#include "dissectors/dns/dns.h"
#include "dissectors/fetchwrite/fetchwrite.h"
#include "dissectors/fins/fins.h"
#include "dissectors/fox/fox.h"
#include "dissectors/ethercat/ethercat.h"
#include "dissectors/powerlink/powerlink.h"
#include "dissectors/profinet/cm.h"
#include "dissectors/profinet/profinet.h"
#include "dissectors/ftp/ftp.h"
#include "dissectors/genisys/genisys.h"
#include "dissectors/gesrtp/gesrtp.h"
#include "dissectors/goose/goose.h"
#include "dissectors/http/http.h"
#include "dissectors/http2/http2.h"
#include "dissectors/ike/ike.h"
#include "dissectors/enip/enip.h"
#include "dissectors/iec104/iec104.h"
#include "dissectors/melsec/melsec.h"
#include "dissectors/modbus/modbus.h"
#include "dissectors/s7comm/s7comm.h"
#include "dissectors/s7commplus/s7commplus.h"
#include "dissectors/mms/mms.h"
#include "dissectors/mqtt/mqtt.h"
#include "dissectors/redis/redis.h"
#include "dissectors/rfb/rfb.h"
#include "dissectors/rtps/rtps.h"
#include "dissectors/sbus/sbus.h"
#include "dissectors/sip/sip.h"
#include "dissectors/smtp/smtp.h"
#include "dissectors/quic/quic.h"
#include "dissectors/snmp/snmp.h"
#include "dissectors/ssh/ssh.h"
#include "dissectors/synphasor/synphasor.h"
#include "dissectors/sv/sv.h"
#include "dissectors/telnet/telnet.h"
#include "dissectors/websocket/websocket.h"
#include "dissectors/tftp/tftp.h"
#include "dissectors/tls/tls.h"
#include "dissectors/tristation/tristation.h"

const struct dissector *const dissectors[] = {
    &dissector_ftp_data,
    &dissector_http,
    &dissector_http2,
    &dissector_modbus,
    &dissector_s7comm,
    &dissector_s7commplus,
    &dissector_mms,
    &dissector_goose,
    &dissector_sv,
    &dissector_dlms,
    &dissector_iec104,
    &dissector_synphasor,
    &dissector_enip,
    &dissector_fins,
    &dissector_ads,
    &dissector_melsec,
    &dissector_c1222,
    &dissector_sbus,
    &dissector_atg,
    &dissector_codesys,
    &dissector_tristation,
    &dissector_fox,
    &dissector_gesrtp,
    &dissector_fetchwrite,
    &dissector_bsap,
    &dissector_bacnet,
    &dissector_coap,
    &dissector_knx,
    &dissector_hartip,
    &dissector_rtps,
    &dissector_opcua,
    &dissector_tls,
    &dissector_quic,
    &dissector_ssh,
    &dissector_ldap,
    &dissector_redis,
    &dissector_mysql,
    &dissector_nfs,
    &dissector_krb5,
    &dissector_smb,
    &dissector_profinet_cm,
    &dissector_dcerpc,
    &dissector_smtp,
    &dissector_mqtt,
    &dissector_ftp,
    &dissector_ike,
    &dissector_sip,
    &dissector_sip_tcp,
    &dissector_tftp,
    &dissector_rfb,
    &dissector_dhcp,
    &dissector_snmp,
    &dissector_ntp,
    &dissector_rdp,
    &dissector_pop3,
    &dissector_imap,
    &dissector_telnet,
    &dissector_websocket,
    &dissector_genisys,
    &dissector_dnp3,
    &dissector_pgsql,
    &dissector_ethercat,
    &dissector_profinet,
    &dissector_powerlink,
    &dissector_dns,
    &dissector_mdns,
    &dissector_llmnr,
};
const size_t dissector_count = sizeof dissectors / sizeof dissectors[0];

const struct dissector *dissector_find(const char *name)
{
    for (size_t i = 0; i < dissector_count; i++)
        if (strcmp(dissectors[i]->schema->name, name) == 0)
            return dissectors[i];
    return NULL;
}

size_t dissector_schemas(const struct schema *out[DISSECTORS_MAX])
{
    size_t n = 0;
    for (; n < dissector_count && n < DISSECTORS_MAX; n++)
        out[n] = dissectors[n]->schema;
    return n;
}
