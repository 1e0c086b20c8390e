package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.Tools;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract, with the programs of net-snmp as the manager, and what only they can show. */
class NetSnmpAgentTest extends AgentContract {
  @Override
  Manager newManager(InetSocketAddress address) {
    Tools.need("snmpwalk", "snmp");
    return new NetSnmpManager(address);
  }

  @Test
  void snmptableShowsTheCardsByTheirNamesInTheMib() throws Exception {
    String output = tool("snmptable", List.of("-Ci", "-Cb"), "CADE-CABINET-MIB::cadeCardTable");
    assertThat(output)
        .contains("State", "MacAddress", "SerialNumber", "LastReportAge")
        .contains("running", "2:0:0:0:2:3", "SN2-3", "5 seconds");
  }

  @Test
  void valuesAreOfTheTypesThatTheMibGivesThem() throws Exception {
    String output = tool("snmpbulkwalk", List.of("-Cr20"), "CADE-MIB::cade");
    assertThat(output)
        .doesNotContain("Wrong Type")
        .contains("cadeCabinetReadySince.0 = STRING: 2026-11-21,10:0:0.0,+0:0")
        .contains("cadeCardInternalAddressType.1.2 = INTEGER: ipv4(1)")
        .contains("cadeSensorType.1.1.1 = INTEGER: celsius(8)")
        .contains("cadeAlarmProbableCause.17 = INTEGER: replaceableUnitMissing(62)")
        .contains("cadeProxyRequests.1 = Counter64: 5000000000 requests");
  }

  private String tool(String program, List<String> options, String root) throws Exception {
    var command = new ArrayList<String>();
    command.add(Tools.need(program, "snmp"));
    command.addAll(List.of("-M", Tools.mibPath(), "-m", "ALL"));
    command.addAll(options);
    command.addAll(NetSnmpManager.rights(Manager.As.USER));
    InetSocketAddress address = agent.localAddress();
    command.add("udp:" + address.getAddress().getHostAddress() + ":" + address.getPort());
    command.add(root);
    var result = Tools.run(Map.of(), command);
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }
}
