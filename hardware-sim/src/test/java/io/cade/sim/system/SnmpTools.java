package io.cade.sim.system;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** net-snmp's commands, with numbers instead of names: no MIB files are needed. */
final class SnmpTools {
  /** {@code system} of SNMPv2-MIB. */
  static final String SYSTEM = ".1.3.6.1.2.1.1";

  static final String SYS_LOCATION = SYSTEM + ".6.0";
  static final String CADE = ".1.3.6.1.4.1.32473";
  static final String CARD_STATE = CADE + ".1.2.1.1.3.1.2";
  static final String SENSOR_VALUE = CADE + ".1.2.1.1.4.1.7";
  static final String SERVICES = CADE + ".1.2.2";
  static final String ALARM_RAISED = CADE + ".1.2.3.0.1";
  static final String ALARM_CLEARED = CADE + ".1.2.3.0.2";

  private SnmpTools() {}

  static List<String> v2c(String community) {
    return List.of("-v2c", "-c", community);
  }

  static List<String> v3(String user, String passphrase) {
    return List.of(
        "-v3",
        "-l",
        "authPriv",
        "-u",
        user,
        "-a",
        "SHA-256",
        "-A",
        passphrase,
        "-x",
        "AES",
        "-X",
        passphrase);
  }

  /**
   * One command.
   *
   * @param seconds time for an answer; there is one attempt
   * @param rest object and value
   */
  static Run.Result run(String tool, List<String> as, int seconds, int port, String... rest)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(tool, "-m", "", "-On", "-r", "0"));
    command.add("-t");
    command.add(String.valueOf(seconds));
    command.addAll(as);
    command.add("127.0.0.1:" + port);
    command.addAll(List.of(rest));
    return Run.command(command);
  }

  /** A subtree: object → value with its type, as snmpwalk writes it. */
  static Map<String, String> walk(List<String> as, int port, String from)
      throws IOException, InterruptedException {
    Run.Result result = run("snmpwalk", as, 15, port, from);
    if (result.exit() != 0) {
      throw new AssertionError(result.toString());
    }
    Map<String, String> all = new LinkedHashMap<>();
    for (String line : result.out().lines().toList()) {
      int equals = line.indexOf(" = ");
      if (equals > 0 && line.startsWith(".")) {
        all.put(line.substring(0, equals), line.substring(equals + 3));
      }
    }
    return all;
  }
}
