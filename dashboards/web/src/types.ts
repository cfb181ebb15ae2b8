// What the API gives. Events come from many hands (other EVE sensors too), so every member may be missing.

export type Lang = 'zh' | 'en';
export type Status = 'actual' | 'exercise' | 'test';

export interface Asset { name?: string; unit?: string; sector?: string; region?: string; mlps_level?: number; cii?: boolean; role?: string }
export interface Geo { country_code?: string; country?: string }

export interface Alert {
  id: string;
  timestamp: string;
  region?: string;
  sensor?: string;
  status?: Status;
  src_ip?: string; src_port?: number;
  dest_ip?: string; dest_port?: number;
  proto?: string; app_proto?: string;
  community_id?: string; flow_id?: number;
  alert: { signature_id?: number; gid?: number; rev?: number; signature?: string; category?: string; severity?: number;
           metadata?: Record<string, string[] | string> };
  ndpi?: { protocol?: string; category?: string; risks?: string[]; confidence?: string };
  src_asset?: Asset; dest_asset?: Asset;
  src_geo?: Geo; dest_geo?: Geo;
  why?: string;
  payload_printable?: string;
  evidence?: { file?: string; sm3?: string; packets?: number };
  flow?: { pkts_toserver?: number; pkts_toclient?: number; bytes_toserver?: number; bytes_toclient?: number };
  [other: string]: unknown;
}

export interface Party { address?: string; name?: string; unit?: string; sector?: string; region?: string; country?: string }
export interface Rule { gid?: number; sid?: number; signature?: string; count?: number; severity?: number }
export interface Join { time?: string; reason?: { zh?: string; en?: string } }

/** What a whole says of an incident that became part of it. */
export interface PartLine { id: string; title?: { zh?: string; en?: string }; first?: string; last?: string; level?: number; alert_count?: number }

export interface Incident {
  id: string;
  version: number;
  title?: { zh?: string; en?: string };
  region?: string; sector?: string; status?: Status; state?: string; level?: number; category?: string;
  first?: string; last?: string; detected_at?: string; aware_at?: string;
  alert_count?: number; score?: number;
  score_parts?: Record<string, number>;
  owner?: string;
  merged_into?: string;         // the incident that this one became part of
  victims?: Party[]; attackers?: Party[]; rules?: Rule[]; tactics?: string[]; joins?: Join[];
}

export interface Sensor { region: string; name: string; up: boolean; replayed: boolean; seen: string; heartbeat: Record<string, unknown> | null }
export interface Region { code: string; zh: string; en: string; level: string; parent: string }
export interface Count { key: string; count: number }
export interface Beat { time: string; redis: boolean; archive: boolean; sensors_up: number; sensors: number }
