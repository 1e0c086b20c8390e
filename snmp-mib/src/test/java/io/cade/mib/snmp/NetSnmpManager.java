package io.cade.mib.snmp;

import io.cade.mib.Tools;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The programs of net-snmp as a manager. */
final class NetSnmpManager implements Manager {
  private static final Pattern LINE = Pattern.compile("^\\.([0-9.]+) (.*)$");

  private final InetSocketAddress agent;

  NetSnmpManager(InetSocketAddress agent) {
    this.agent = agent;
  }

  @Override
  public Answer get(As as, String... instances) {
    return run("snmpget", as, List.of(), List.of(instances));
  }

  @Override
  public Answer walk(As as, String root) {
    return run("snmpwalk", as, List.of(), List.of(root));
  }

  @Override
  public Answer bulkWalk(As as, String root) {
    return run("snmpbulkwalk", as, List.of("-Cr25"), List.of(root));
  }

  @Override
  public Answer setText(As as, String instance, String value) {
    return run("snmpset", as, List.of(), List.of(instance, "s", value));
  }

  private Answer run(String program, As as, List<String> options, List<String> operands) {
    var command = new ArrayList<String>();
    command.add(Tools.need(program, "snmp"));
    // Numeric, quick, enumerations and ticks as numbers, no MIB files.
    command.addAll(List.of("-Onqet", "-m", "", "-r", "0"));
    command.addAll(options);
    command.addAll(rights(as));
    command.add("udp:" + agent.getAddress().getHostAddress() + ":" + agent.getPort());
    command.addAll(operands);
    Tools.Result result;
    try {
      result = Tools.run(Map.of(), command);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    var entries = new ArrayList<Entry>();
    var errors = new ArrayList<String>();
    for (String line : result.output().lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        if (!matcher.group(2).startsWith("No more variables left")
            && !(program.endsWith("walk") && matcher.group(2).startsWith("No Such"))) {
          entries.add(new Entry(matcher.group(1), unquoted(matcher.group(2))));
        }
      } else if (!line.isBlank()) {
        errors.add(line);
      }
    }
    String said = String.join("\n", errors);
    if (result.exit() == 0) {
      return new Answer(entries, errors.isEmpty() ? null : said);
    }
    return new Answer(entries, said.startsWith("Timeout") ? "timeout" : said);
  }

  static List<String> rights(As as) {
    SnmpUser user = AgentContract.USER;
    return switch (as) {
      case COMMUNITY -> List.of("-v2c", "-c", AgentContract.COMMUNITY, "-t", "3");
      case WRONG_COMMUNITY -> List.of("-v2c", "-c", "guess", "-t", "0.3");
      case USER -> user(user.name(), user.authPassphrase(), "authPriv");
      case USER_WITH_WRONG_PASSPHRASE -> user(user.name(), "not the passphrase", "authPriv");
      case UNKNOWN_USER -> user("stranger", user.authPassphrase(), "authPriv");
      case USER_WITHOUT_PRIVACY -> user(user.name(), user.authPassphrase(), "authNoPriv");
    };
  }

  private static List<String> user(String name, String passphrase, String level) {
    return List.of(
        "-v3",
        "-l",
        level,
        "-u",
        name,
        "-a",
        "SHA-256",
        "-A",
        passphrase,
        "-x",
        "AES",
        "-X",
        AgentContract.USER.privPassphrase(),
        "-t",
        "3");
  }

  private static String unquoted(String s) {
    return s.length() >= 2 && s.startsWith("\"") && s.endsWith("\"")
        ? s.substring(1, s.length() - 1)
        : s;
  }

  @Override
  public void close() {}
}
