/* Services by class: what each is called and does. A service up to 31 hex means the same for every class.
 *
 * Source  CIP volume 1, appendix A (common services), chapter 5 (objects). The classes of Logix controllers are the maker's own;
 *         what is said of them here is in 1756-PM020 (6b, 6c, tags) or was seen in captures of Logix 5000 and ControlFLASH doing
 *         what their names say (64 to 7f program, 8b clock, 8e controller mode, a1 firmware).
 */
#include "dissectors/enip/cip.h"

enum { ANY = 0, PROGRAM_CLASS_MIN = 0x64, PROGRAM_CLASS_MAX = 0x7f };

#define OF(class_id, service) ((uint32_t)(class_id) << 8 | (service))

const struct field_name cip_operation_names[] = {
    { CIP_GET_ALL, "get_attributes_all" }, { CIP_SET_ALL, "set_attributes_all" }, { CIP_GET_LIST, "get_attribute_list" },
    { CIP_SET_LIST, "set_attribute_list" }, { CIP_RESET, "reset" }, { CIP_START, "start" }, { CIP_STOP, "stop" },
    { CIP_CREATE, "create" }, { CIP_DELETE, "delete" }, { CIP_MULTIPLE, "multiple_service_packet" }, { CIP_APPLY, "apply_attributes" },
    { CIP_GET_SINGLE, "get_attribute_single" }, { CIP_SET_SINGLE, "set_attribute_single" }, { 0x11, "find_next_object_instance" },
    { 0x15, "restore" }, { 0x16, "save" }, { 0x17, "nop" }, { 0x18, "get_member" }, { 0x19, "set_member" }, { 0x1a, "insert_member" },
    { 0x1b, "remove_member" }, { 0x1c, "group_sync" }, { 0x1d, "get_connection_point_member_list" },
    { OF(CIP_MESSAGE_ROUTER, 0x4b), "symbolic_translation" },
    { OF(CIP_CONNECTION_MANAGER, CIP_FORWARD_CLOSE), "forward_close" },
    { OF(CIP_CONNECTION_MANAGER, CIP_UNCONNECTED_SEND), "unconnected_send" },
    { OF(CIP_CONNECTION_MANAGER, CIP_FORWARD_OPEN), "forward_open" }, { OF(CIP_CONNECTION_MANAGER, 0x56), "get_connection_data" },
    { OF(CIP_CONNECTION_MANAGER, 0x57), "search_connection_data" }, { OF(CIP_CONNECTION_MANAGER, 0x5a), "get_connection_owner" },
    { OF(CIP_CONNECTION_MANAGER, CIP_LARGE_FORWARD_OPEN), "large_forward_open" },
    { OF(CIP_FILE, 0x4b), "initiate_upload" }, { OF(CIP_FILE, 0x4c), "initiate_download" },
    { OF(CIP_FILE, 0x4d), "initiate_partial_read" }, { OF(CIP_FILE, 0x4e), "initiate_partial_write" },
    { OF(CIP_FILE, 0x4f), "upload_transfer" }, { OF(CIP_FILE, 0x50), "download_transfer" }, { OF(CIP_FILE, 0x51), "clear_file" },
    { OF(0x39, 0x4b), "safety_recover" }, { OF(0x39, 0x4c), "safety_perform_diagnostics" }, { OF(0x39, 0x4d), "safety_configure_request" },
    { OF(0x39, 0x4e), "safety_validate_configuration" }, { OF(0x39, 0x4f), "safety_set_password" },
    { OF(0x39, 0x50), "safety_configuration_lock" }, { OF(0x39, 0x51), "safety_mode_change" }, { OF(0x39, 0x54), "safety_reset" },
    { OF(0x39, 0x55), "safety_reset_password" }, { OF(0x39, 0x56), "safety_propose_tunid" }, { OF(0x39, 0x57), "safety_apply_tunid" },
    { OF(0x44, 0x4b), "modbus_read_discrete_inputs" }, { OF(0x44, 0x4c), "modbus_read_coils" },
    { OF(0x44, 0x4d), "modbus_read_input_registers" }, { OF(0x44, 0x4e), "modbus_read_holding_registers" },
    { OF(0x44, 0x4f), "modbus_write_coils" }, { OF(0x44, 0x50), "modbus_write_holding_registers" },
    { OF(0x44, 0x51), "modbus_passthrough" },
    { OF(CIP_PCCC, CIP_EXECUTE_PCCC), "execute_pccc" },
    { OF(CIP_SYMBOL, CIP_READ_TAG), "read_tag" }, { OF(CIP_SYMBOL, CIP_WRITE_TAG), "write_tag" },
    { OF(CIP_SYMBOL, CIP_MODIFY_TAG), "read_modify_write_tag" }, { OF(CIP_SYMBOL, CIP_READ_TAG_FRAGMENTED), "read_tag_fragmented" },
    { OF(CIP_SYMBOL, CIP_WRITE_TAG_FRAGMENTED), "write_tag_fragmented" }, { OF(CIP_SYMBOL, CIP_TAG_LIST), "get_instance_attribute_list" },
    { OF(CIP_TEMPLATE, CIP_READ_TAG), "read_template" },
    { OF(CIP_FIRMWARE, 0x4b), "firmware_update_begin" }, { OF(CIP_FIRMWARE, 0x4d), "firmware_update_transfer" },
    { OF(CIP_FIRMWARE, 0x51), "firmware_update_other" },
    { 0, NULL }
};

/* A rule's class may be ANY. The first that fits counts. */
static const struct rule { uint16_t class_id; uint8_t service, last; uint8_t access; } rules[] = {
    { ANY, CIP_MULTIPLE, 0, ACCESS_SESSION },
    { CIP_IDENTITY, CIP_GET_ALL, 0, ACCESS_IDENTIFY }, { CIP_IDENTITY, CIP_GET_LIST, 0, ACCESS_IDENTIFY },
    { CIP_IDENTITY, CIP_GET_SINGLE, 0, ACCESS_IDENTIFY }, { CIP_IDENTITY, CIP_RESET, 0, ACCESS_RESTART },
    { CIP_CONNECTION_MANAGER, 0x4b, 0x63, ACCESS_SESSION },
    { CIP_FILE, 0x4b, 0x51, ACCESS_FILE },
    { 0x39, 0x4c, 0, ACCESS_DIAGNOSE }, { 0x39, 0x54, 0, ACCESS_RESTART }, { 0x39, 0x4b, 0x57, ACCESS_CONFIGURE },
    { 0x44, 0x4b, 0x4e, ACCESS_READ }, { 0x44, 0x4f, 0x50, ACCESS_WRITE }, { 0x44, 0x51, 0, ACCESS_TUNNEL },
    { CIP_SYMBOL, CIP_READ_TAG, 0, ACCESS_READ }, { CIP_SYMBOL, CIP_READ_TAG_FRAGMENTED, 0, ACCESS_READ },
    { CIP_SYMBOL, CIP_WRITE_TAG, CIP_MODIFY_TAG, ACCESS_WRITE }, { CIP_SYMBOL, CIP_WRITE_TAG_FRAGMENTED, 0, ACCESS_WRITE },
    { CIP_SYMBOL, CIP_TAG_LIST, 0, ACCESS_BROWSE }, { CIP_TEMPLATE, CIP_READ_TAG, 0, ACCESS_BROWSE },
    { CIP_SYMBOL, CIP_GET_ALL, 0, ACCESS_BROWSE }, { CIP_SYMBOL, CIP_GET_LIST, 0, ACCESS_BROWSE },
    { CIP_TEMPLATE, CIP_GET_ALL, 0, ACCESS_BROWSE }, { CIP_TEMPLATE, CIP_GET_LIST, 0, ACCESS_BROWSE },
    { CIP_WALL_CLOCK, CIP_SET_LIST, 0, ACCESS_SET_TIME }, { CIP_WALL_CLOCK, CIP_SET_SINGLE, 0, ACCESS_SET_TIME },
    { CIP_TIME_SYNC, CIP_SET_LIST, 0, ACCESS_SET_TIME }, { CIP_TIME_SYNC, CIP_SET_SINGLE, 0, ACCESS_SET_TIME },
    { CIP_CONTROLLER, CIP_START, 0, ACCESS_CONTROL }, { CIP_CONTROLLER, CIP_STOP, 0, ACCESS_STOP },
    { CIP_FIRMWARE, 0x4b, 0x51, ACCESS_PROGRAM },
    { ANY, CIP_GET_ALL, 0, ACCESS_READ }, { ANY, CIP_GET_LIST, 0, ACCESS_READ }, { ANY, CIP_GET_SINGLE, 0, ACCESS_READ },
    { ANY, CIP_START, 0, ACCESS_CONTROL }, { ANY, CIP_STOP, 0, ACCESS_STOP }, { ANY, CIP_RESET, 0, ACCESS_CONTROL },
    { ANY, 0x11, 0, ACCESS_BROWSE }, { ANY, 0x17, 0, ACCESS_DIAGNOSE }, { ANY, 0x18, 0, ACCESS_READ }, { ANY, 0x1d, 0, ACCESS_BROWSE },
    { ANY, CIP_APPLY, 0, ACCESS_CONFIGURE }, { ANY, 0x15, 0x16, ACCESS_CONFIGURE }, { ANY, 0x1a, 0x1b, ACCESS_CONFIGURE },
    { ANY, 0x1c, 0, ACCESS_SESSION },
};

/* Classes whose attributes are the process's values; everybody else's are the device's parameters. */
static bool holds_values(uint32_t class_id)
{
    return class_id == CIP_ASSEMBLY || class_id == CIP_PARAMETER || (class_id >= 0x07 && class_id <= 0x0b)
           || (class_id >= 0x1d && class_id <= 0x2a) || class_id == CIP_SYMBOL || (class_id >= 0x31 && class_id <= 0x33)
           || (class_id >= 0x3b && class_id <= 0x3f);
}

/* Program, task, routine, type, tag, module: Logix keeps them as objects of these classes. */
static bool holds_program(uint32_t class_id)
{
    return class_id >= PROGRAM_CLASS_MIN && class_id <= PROGRAM_CLASS_MAX && class_id != CIP_PCCC;
}

uint32_t cip_operation(uint32_t class_id, uint8_t service)
{
    return service <= CIP_SERVICE_COMMON_MAX ? service : OF(class_id, service);
}

/* Services that change an object, which means what the object is. */
static enum access change(uint32_t class_id, uint8_t service)
{
    if ((service == CIP_CREATE || service == CIP_DELETE) && holds_program(class_id))
        return ACCESS_PROGRAM;
    bool sets = service == CIP_SET_ALL || service == CIP_SET_LIST || service == CIP_SET_SINGLE || service == 0x19;
    if (sets && holds_values(class_id))
        return ACCESS_WRITE;
    if (sets && holds_program(class_id))
        return ACCESS_PROGRAM;
    return sets || service == CIP_CREATE || service == CIP_DELETE ? ACCESS_CONFIGURE : ACCESS_OTHER;
}

enum access cip_access(uint32_t class_id, uint8_t service)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *u = &rules[i];
        uint8_t last = u->last != 0 ? u->last : u->service;
        if ((u->class_id == ANY || u->class_id == class_id) && service >= u->service && service <= last)
            return u->access;
    }
    return change(class_id, service);
}
