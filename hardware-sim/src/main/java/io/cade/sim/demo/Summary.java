package io.cade.sim.demo;

import java.nio.file.Path;
import java.util.List;

/** What one may do with the running demonstration, with its own ports and paths. */
final class Summary {
  private Summary() {}

  /**
   * @param standardState directory that the commands take when none is named
   */
  static String text(
      DemoOptions options,
      PortPlan ports,
      DemoConfiguration configuration,
      List<Site> sites,
      Path standardState) {
    String state = options.state().equals(standardState) ? "" : " --state " + options.state();
    StringBuilder text = new StringBuilder("\n");
    row(
        text,
        "visitors",
        "http://127.0.0.1:%d/  https://127.0.0.1:%d/",
        ports.http(),
        ports.https());
    row(
        text,
        "console, API",
        "https://127.0.0.1:%d/  user operator, password in %s",
        ports.admin(),
        configuration.secret("operator-password"));
    row(text, "", "certificate authority in %s", configuration.caFile());
    row(
        text,
        "SNMP",
        "127.0.0.1:%d/udp; notifications go to 127.0.0.1:%d/udp",
        ports.snmp(),
        ports.trap());
    row(
        text,
        "cards boot by",
        "DHCP %d/udp, TFTP %d/udp, HTTP %d",
        ports.dhcp(),
        ports.tftp(),
        ports.bootHttp());
    row(text, "later", "FTP %d and POP3 %d are not served yet", ports.ftp(), ports.pop3());
    row(text, "all of this", "%s", options.state().resolve("endpoints.json"));
    text.append("\nto try:\n");
    for (Site site : sites) {
      line(text, "curl -H 'Host: %s' http://127.0.0.1:%d/", site.host(), ports.http());
    }
    line(
        text,
        "snmpwalk -v2c -c \"$(cat %s)\" 127.0.0.1:%d 1.3.6.1.4.1.32473",
        configuration.secret("snmp-community"),
        ports.snmp());
    line(
        text,
        "snmpwalk -v3 -l authPriv -u operator -a SHA-256 -A \"$(cat %2$s)\" -x AES -X \"$(cat %2$s)\""
            + " 127.0.0.1:%1$d system",
        ports.snmp(),
        configuration.secret("snmp3-passphrase"));
    line(text, "./cade show cards%s", state);
    line(text, "./cade sim pull 1.1%s", state);
    line(text, "./cade alarm list%s", state);
    line(text, "./cade sim insert 1.1%s", state);
    return text.toString();
  }

  private static void row(StringBuilder text, String name, String format, Object... values) {
    text.append(String.format("%-14s", name)).append(String.format(format, values)).append('\n');
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append("  ").append(String.format(format, values)).append('\n');
  }
}
