// ATT&CK tactics by id, Enterprise and ICS (attack.mitre.org; names in Chinese as commonly translated).
import { lang } from './i18n';

const tactics: Record<string, readonly [string, string]> = {
  TA0043: ['侦察', 'Reconnaissance'], TA0042: ['资源准备', 'Resource Development'], TA0001: ['初始访问', 'Initial Access'],
  TA0002: ['执行', 'Execution'], TA0003: ['持久化', 'Persistence'], TA0004: ['权限提升', 'Privilege Escalation'],
  TA0005: ['防御规避', 'Defense Evasion'], TA0006: ['凭证访问', 'Credential Access'], TA0007: ['发现', 'Discovery'],
  TA0008: ['横向移动', 'Lateral Movement'], TA0009: ['收集', 'Collection'], TA0011: ['命令与控制', 'Command and Control'],
  TA0010: ['数据外泄', 'Exfiltration'], TA0040: ['影响', 'Impact'],
  TA0108: ['初始访问（工控）', 'Initial Access (ICS)'], TA0104: ['执行（工控）', 'Execution (ICS)'], TA0110: ['持久化（工控）', 'Persistence (ICS)'],
  TA0111: ['权限提升（工控）', 'Privilege Escalation (ICS)'], TA0103: ['规避（工控）', 'Evasion (ICS)'], TA0102: ['发现（工控）', 'Discovery (ICS)'],
  TA0109: ['横向移动（工控）', 'Lateral Movement (ICS)'], TA0100: ['收集（工控）', 'Collection (ICS)'],
  TA0101: ['命令与控制（工控）', 'Command and Control (ICS)'], TA0107: ['抑制响应功能', 'Inhibit Response Function'],
  TA0106: ['破坏过程控制', 'Impair Process Control'], TA0105: ['影响（工控）', 'Impact (ICS)'],
};

export function tactic(id: string): string {
  const names = tactics[id];
  return names ? names[lang.value === 'zh' ? 0 : 1] : id;
}
