package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import io.cade.mib.Tools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roles, protocols and versions, with the programs of net-snmp. */
@Timeout(120)
class NetSnmpRolesTest {
  private static final String SERIAL = SetSerial.SET_GROUP + ".1.0";

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  @SuppressWarnings("NullAway.Init") // by start()
  private SnmpAgent agent;

  private static SnmpUser user(
      String name, ManagerRole role, SnmpUser.Auth auth, SnmpUser.Priv priv) {
    return new SnmpUser(name, role, auth, name + " authenticates", priv, name + " encrypts");
  }

  @BeforeEach
  void start() throws Exception {
    Tools.need("snmpget", "snmp");
    agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                true,
                true,
                List.of(
                    new SnmpCommunity("graphs", ManagerRole.MONITOR, List.of()),
                    new SnmpCommunity(
                        "elsewhere",
                        ManagerRole.MONITOR,
                        List.of(SnmpCommunity.Network.parse("192.0.2.0/24")))),
                List.of(
                    user("mona", ManagerRole.MONITOR, SnmpUser.Auth.SHA_256, SnmpUser.Priv.AES_256),
                    user(
                        "tom",
                        ManagerRole.TECHNICIAN,
                        SnmpUser.Auth.SHA_512,
                        SnmpUser.Priv.AES_128),
                    user(
                        "olga",
                        ManagerRole.OPERATOR,
                        SnmpUser.Auth.SHA_512,
                        SnmpUser.Priv.AES_256)),
                folder,
                new SnmpAgentConfig.SystemTexts("Cade", "", "cabinet-7", "")),
            FixtureView.of(2, 3, 2),
            CabinetControl.none(),
            AuthenticationFailures.NONE,
            InstantSource.fixed(FixtureView.NOW));
    agent.start();
  }

  @AfterEach
  void stop() {
    if (agent != null) { // null where the programs are not installed
      agent.close();
    }
  }

  private static List<String> as(String name, String auth, String priv) {
    return List.of(
        "-v3",
        "-l",
        "authPriv",
        "-u",
        name,
        "-a",
        auth,
        "-A",
        name + " authenticates",
        "-x",
        priv,
        "-X",
        name + " encrypts");
  }

  private static final List<String> MONA = as("mona", "SHA-256", "AES-256");
  private static final List<String> TOM = as("tom", "SHA-512", "AES");
  private static final List<String> OLGA = as("olga", "SHA-512", "AES-256");

  private static List<String> community(String version, String name) {
    return List.of(version, "-c", name);
  }

  private String run(String program, List<String> as, String... operands) throws Exception {
    var command = new ArrayList<String>();
    command.add(Tools.need(program, "snmp"));
    command.addAll(List.of("-Onqet", "-m", "", "-r", "0", "-t", "3"));
    command.addAll(as);
    InetSocketAddress address = agent.localAddress();
    command.add("udp:" + address.getAddress().getHostAddress() + ":" + address.getPort());
    command.addAll(List.of(operands));
    return Tools.run(Map.of(), command).output();
  }

  @Test
  void everyPairOfProtocolsIsUnderstoodAndViewsDiffer() throws Exception {
    String internal = "." + MibOids.CADE_CARD_INTERNAL_ADDRESS + ".";
    String serials = "." + MibOids.CADE_CARD_SERIAL_NUMBER + ".";
    for (List<String> user : List.of(TOM, OLGA)) {
      assertThat(run("snmpbulkwalk", user, MibOids.CADE)).contains(internal, serials);
    }
    for (List<String> reader :
        List.of(MONA, community("-v2c", "graphs"), community("-v1", "graphs"))) {
      String program = reader.contains("-v1") ? "snmpwalk" : "snmpbulkwalk";
      assertThat(run(program, reader, MibOids.CADE))
          .contains(serials)
          .doesNotContain(internal)
          .doesNotContain("Error");
    }
    assertThat(run("snmpget", MONA, MibOids.CADE_CARD_INTERNAL_ADDRESS + ".1.1"))
        .contains("No Such Object");
  }

  @Test
  void snmpV1HasNoCounter64() throws Exception {
    String requests = MibOids.CADE_PROXY_REQUESTS + ".1";
    assertThat(run("snmpget", community("-v2c", "graphs"), requests)).contains("5000000000");
    assertThat(run("snmpget", community("-v1", "graphs"), requests)).contains("noSuchName");
    assertThat(run("snmpwalk", community("-v1", "graphs"), MibOids.CADE_PROXY_TABLE))
        .contains("balancer")
        .doesNotContain("." + requests);
  }

  @Test
  void communityIsServedWhereItBelongs() throws Exception {
    assertThat(run("snmpget", community("-v2c", "elsewhere"), EngineFrames.SYSTEM + ".5.0"))
        .contains("Timeout");
  }

  @Test
  void setsNeedTheRoleAndTheRightValue() throws Exception {
    String read = run("snmpget", OLGA, SERIAL).strip();
    String serial = read.substring(read.lastIndexOf(' ') + 1);
    assertThat(run("snmpset", MONA, SERIAL, "i", serial)).contains("noAccess");
    assertThat(run("snmpset", community("-v2c", "graphs"), SERIAL, "i", serial))
        .containsAnyOf("authorizationError", "noAccess");
    assertThat(run("snmpset", community("-v1", "graphs"), SERIAL, "i", serial))
        .contains("noSuchName");
    assertThat(run("snmpset", OLGA, SERIAL, "s", serial)).contains("wrongType");
    assertThat(run("snmpset", OLGA, SERIAL, "i", "-1")).contains("wrongValue");
    assertThat(run("snmpset", OLGA, EngineFrames.SYSTEM + ".5.0", "s", "mine"))
        .contains("notWritable");
    assertThat(run("snmpset", OLGA, SERIAL, "i", serial)).contains(serial);
    assertThat(run("snmpset", TOM, SERIAL, "i", serial)).contains("inconsistentValue");
  }

  /** As the manual has it: a technician finds the card, an operator takes note of the alarm. */
  @Test
  void onlyAnOperatorTakesNoteOfAlarms() throws Exception {
    String nothing = MibOids.CADE_ALARM_ACKNOWLEDGED + ".99999";
    assertThat(run("snmpset", TOM, nothing, "i", "1")).contains("noAccess");
    assertThat(run("snmpset", OLGA, nothing, "i", "1")).contains("noCreation");
  }

  @Test
  void lessThanAuthenticationAndEncryptionIsRefused() throws Exception {
    assertThat(run("snmpget", List.of("-v3", "-l", "noAuthNoPriv", "-u", "olga"), SERIAL))
        .contains("authorizationError");
    assertThat(
            run(
                "snmpget",
                List.of(
                    "-v3",
                    "-l",
                    "authNoPriv",
                    "-u",
                    "olga",
                    "-a",
                    "SHA-512",
                    "-A",
                    "olga authenticates"),
                SERIAL))
        .contains("authorizationError");
  }
}
